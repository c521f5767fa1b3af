import { parseArgs } from 'node:util';
import { CodedError } from '../../base/index.ts';
import { UsageError, type Verb, type VerbOption } from './declaration.ts';
import { closestWord, programHelp, verbHelp } from './help.ts';
import { homeFolder } from './home-folder.ts';
import { verbs } from './verbs.ts';

/** Runs `drydock WORD ...` and returns its exit code: 0 done, 1 failed, 2 wrong words. */
export async function runProgram(word: string | undefined, rest: readonly string[]): Promise<number> {
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    process.stdout.write(programHelp(verbs.filter((verb) => !verb.hidden)));
    return 0;
  }
  if (word === '--version') return runProgram('version', rest);
  const verb = verbs.find((candidate) => candidate.word === word);
  if (!verb) {
    const near = closestWord(
      word,
      verbs.map((candidate) => candidate.word),
    );
    const hint = near ? ` Did you mean '${near}'?` : '';
    process.stderr.write(`drydock: '${word}' is not a drydock command.${hint} See 'drydock --help'.\n`);
    return 2;
  }
  try {
    return await runVerb(verb, rest);
  } catch (thrown) {
    if (thrown instanceof CodedError) {
      process.stderr.write(`drydock ${verb.word}: ${thrown.message}\n`);
      return 1;
    }
    if (!(thrown instanceof UsageError)) throw thrown;
    process.stderr.write(`drydock ${verb.word}: ${thrown.message}\n`);
    return thrown.exitCode;
  }
}

async function runVerb(verb: Verb, rest: readonly string[]): Promise<number> {
  if (verb.raw) {
    const { run } = await verb.load();
    return run({ options: {}, words: rest, home: homeFolder(undefined), verbs });
  }
  const separator = rest.indexOf('--');
  const ownWords = separator < 0 ? rest : rest.slice(0, separator);
  if (ownWords.includes('--help') || ownWords.includes('-h')) {
    process.stdout.write(verbHelp(verb));
    return 0;
  }
  const { values, positionals } = parseWords(verb, rest);
  const { run } = await verb.load();
  return run({ options: values, words: positionals, home: homeFolder(values['home']), verbs });
}

function parseWords(verb: Verb, rest: readonly string[]) {
  try {
    return parseArgs({
      args: [...rest],
      options: Object.fromEntries(
        Object.entries(verb.options ?? {}).map(([name, o]) => [name, parserOption(o)]),
      ),
      allowPositionals: verb.takesWords ?? false,
      strict: true,
    });
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const sentence = text.replace(/\. To specify a positional argument.*/s, '').replace(/\.?$/, '.');
    const hint = suggestion(verb, text);
    throw new UsageError(`${sentence}${hint} See 'drydock ${verb.word} --help'.`);
  }
}

/** The option that an unknown one was meant to be. */
function suggestion(verb: Verb, refusal: string): string {
  const unknown = /^Unknown option '--([^']*)'/.exec(refusal)?.[1];
  const near = unknown === undefined ? undefined : closestWord(unknown, Object.keys(verb.options ?? {}));
  return near === undefined ? '' : ` Did you mean '--${near}'?`;
}

function parserOption(option: VerbOption): { type: 'boolean' | 'string'; short?: string } {
  return option.short === undefined ? { type: option.type } : { type: option.type, short: option.short };
}
