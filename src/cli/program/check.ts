import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../base/index.ts';
import { inspectDatabase, StoreLocked } from '../../server/home-check.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { homeFiles } from './home.ts';

/** Exit code 0: all that was acknowledged is there; 1: damaged, or it could not be read. */
export async function run(call: VerbCall): Promise<number> {
  const databases = [homeFiles(call.home).database, join(call.home, 'kube.db')];
  const there = databases.filter((file) => existsSync(file) || existsSync(`${file}-witness`));
  if (there.length === 0) throw new UsageError(`${call.home} holds no database.`, 1);
  return there.map(checkOne).every(Boolean) ? 0 : 1;
}

function checkOne(file: string): boolean {
  try {
    const { damage, loss, state, versions, valueBytes, entries } = inspectDatabase(file);
    const problems = [...damage, ...loss];
    for (const problem of problems) process.stdout.write(`damaged  ${file}: ${problem}\n`);
    if (problems.length > 0) {
      process.stdout.write('Nothing was changed. Put back a copy of the home, or start in another one.\n');
      return false;
    }
    process.stdout.write(
      `ok  ${file}: revision ${state.revision}, ${entries} entries; ${versions} records (${valueBytes} bytes), their index and what was acknowledged last agree with their checksums\n`,
    );
    return true;
  } catch (thrown) {
    if (thrown instanceof StoreLocked) {
      throw new UsageError(`a server has ${file} open. Stop it first ('drydock down').`, 1);
    }
    if (thrown instanceof CodedError) throw new UsageError(thrown.message, 1);
    throw thrown;
  }
}
