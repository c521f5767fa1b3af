import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { UsageError, type VerbCall } from './declaration.ts';
import { stopServer } from './down.ts';
import { foreignFiles } from './foreign-files.ts';
import { homeFiles } from './home.ts';

export async function run(call: VerbCall): Promise<number> {
  if (!existsSync(call.home)) {
    process.stdout.write(`Nothing to delete: ${call.home} does not exist.\n`);
    return 0;
  }
  // Only a folder that Drydock made is ever deleted.
  if (!existsSync(homeFiles(call.home).settings)) {
    throw new UsageError(
      `${call.home} is not a Drydock home: it has no settings.json. Nothing was deleted.`,
      1,
    );
  }
  if (call.options['everything'] !== true) refuseForeign(call.home);
  if (call.options['yes'] !== true && !(await confirmed(call.home))) {
    process.stderr.write('Nothing was deleted.\n');
    return 1;
  }
  await stopServer(call.home);
  rmSync(call.home, { recursive: true, force: true });
  process.stdout.write(`Deleted ${call.home}.\n`);
  return 0;
}

/** Backups and other people's files do not go with the state that they were to outlive. */
function refuseForeign(home: string): void {
  const found = foreignFiles(home);
  if (found.length === 0) return;
  const named = found.slice(0, shownFiles).join(', ');
  const more = found.length > shownFiles ? ` and ${found.length - shownFiles} more` : '';
  throw new UsageError(
    `${home} holds files that are not Drydock's own: ${named}${more}. Backups may be among them, so nothing was deleted. ` +
      'Move them elsewhere, or pass --everything to delete them too.',
    1,
  );
}

const shownFiles = 10;

async function confirmed(home: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('pass --yes to delete without a terminal to ask on.', 1);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`Delete ${home} with every cluster in it? (y/n): `);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}
