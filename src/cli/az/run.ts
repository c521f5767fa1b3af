import { CodedError } from '../../base/index.ts';
import { commandIndex } from './commands/index.ts';
import { completeCommandLine } from './completion.ts';
import type { AzContext } from './context.ts';
import type { Command } from './declaration.ts';
import { AzError, UsageError } from './errors.ts';
import { execute } from './execute.ts';
import { findCommand, unbuiltHelp, unknownWord } from './lookup.ts';
import { ConsoleMessages, type Messages } from './messages.ts';
import { expandFiles } from './parse/files.ts';

/**
 * Runs one az command line (without the word `az`) and resolves with its exit code: 0 done, 1 failed, 2 not
 * understood, 3 not found. Prints the value on stdout, everything else on stderr.
 */
export async function runAz(argv: readonly string[], context: AzContext): Promise<number> {
  const messages = new ConsoleMessages(context, argv.includes('--only-show-errors'));
  let command: Command | undefined;
  try {
    const words = leadingWords(argv);
    const rest = argv.slice(words.length);
    if (words.length === 0 || argv.join(' ') === 'help') return await runWithoutCommand(rest, context);
    const found = findCommand(commandIndex, words);
    if (found.kind === 'group') return await runGroup(found.words, { rest, argv, messages }, context);
    if (found.kind === 'unknown') {
      const help = wantsHelp(rest) ? unbuiltHelp(found) : undefined;
      if (help === undefined) throw unknownWord(commandIndex, found);
      context.stdout.write(help);
      return 0;
    }
    command = await found.entry.load();
    const own = [...words.slice(found.length), ...rest];
    if (wantsHelp(own)) return await printHelp(command, context);
    return await execute({ command, argv: expandFiles(own, context), messages, context });
  } catch (thrown) {
    return report(thrown, { command, messages });
  }
}

function leadingWords(argv: readonly string[]): string[] {
  const end = argv.findIndex((word) => word.startsWith('-'));
  return argv.slice(0, end < 0 ? argv.length : end);
}

function wantsHelp(rest: readonly string[]): boolean {
  const end = rest.indexOf('--');
  return rest.slice(0, end < 0 ? rest.length : end).some((word) => word === '--help' || word === '-h');
}

async function runWithoutCommand(rest: readonly string[], context: AzContext): Promise<number> {
  if (rest.includes('--version') || rest.includes('-v')) {
    const { versionText } = await import('./version.ts');
    context.stdout.write(versionText());
    return 0;
  }
  const late = wantsHelp(rest) ? undefined : rest.find((word) => !word.startsWith('-'));
  if (late !== undefined) {
    throw new UsageError(`'${rest[0]}' stands before the command. The command comes first, then its flags.`);
  }
  const { groupHelp, welcome } = await import('./help.ts');
  context.stdout.write((rest.length === 0 ? welcome : '') + groupHelp('', commandIndex, context));
  return 0;
}

interface GroupRun {
  readonly rest: readonly string[];
  readonly argv: readonly string[];
  readonly messages: Messages;
}

async function runGroup(words: string, { rest }: GroupRun, context: AzContext): Promise<number> {
  if (wantsHelp(rest)) {
    const { groupHelp } = await import('./help.ts');
    context.stdout.write(groupHelp(words, commandIndex, context));
    return 0;
  }
  throw new UsageError('the following arguments are required: _subcommand');
}

async function printHelp(command: Command, context: AzContext): Promise<number> {
  const { commandHelp } = await import('./help.ts');
  context.stdout.write(commandHelp(command, context));
  return 0;
}

interface ReportContext {
  readonly command: Command | undefined;
  readonly messages: Messages;
}

/** Prints what went wrong and gives the exit code. */
function report(thrown: unknown, { command, messages }: ReportContext): number {
  if (thrown instanceof CodedError) {
    messages.error(thrown.message);
    return 1;
  }
  if (!(thrown instanceof AzError)) {
    messages.error('The command failed with an unexpected error. Here is the traceback:');
    messages.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    messages.plain('To open an issue, please run: drydock doctor, and attach what it prints.');
    return 1;
  }
  messages.error(thrown.message);
  for (const line of thrown.advice) messages.plain(line);
  if (thrown instanceof UsageError && thrown.hints) printHints(command, messages);
  return thrown.exitCode;
}

const mostExamples = 3;

function printHints(command: Command | undefined, messages: Messages): void {
  const examples = command?.examples?.slice(0, mostExamples) ?? [];
  if (examples.length > 0) messages.plain("\nExamples from command's help:");
  examples.forEach((example, i) => {
    messages.plain(`${i > 0 ? '\n' : ''}${example.command}\n${example.text}`);
  });
  messages.plain('\nhttps://aka.ms/cli_ref\nRead more about the command in reference docs');
}

/** Candidates for the last of `words` (what was typed after `az`, the word under the cursor last). */
export function completeAz(words: readonly string[]): Promise<string[]> {
  return completeCommandLine(commandIndex, words);
}
