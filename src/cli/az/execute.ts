import type { AzContext } from './context.ts';
import type { Call, Command, Flags, Values } from './declaration.ts';
import { AzError } from './errors.ts';
import { parseResourceId, readIds } from './ids.ts';
import type { ConsoleMessages } from './messages.ts';
import { formatOutput, type OutputFormat, outputFormats } from './output/index.ts';
import { type ParsedArguments, parseArguments } from './parse/arguments.ts';
import { Config } from './profile/config.ts';
import { profileDirectory } from './profile/directory.ts';
import { checkIdParts, type ReadArguments, readValues } from './read-values.ts';
import { Session } from './session.ts';
import { addResourceGroups } from './shape/resource-group.ts';
import { surfaceOf } from './surface.ts';

interface Execution {
  readonly command: Command;
  readonly argv: readonly string[];
  readonly messages: ConsoleMessages;
  readonly context: AzContext;
}

const mostParallelIds = 10;

/** Parses, runs and prints one command. */
export async function execute(execution: Execution): Promise<number> {
  const { command, argv, messages, context } = execution;
  const config = new Config(profileDirectory(context), context.env);
  if (config.flag('core', 'only_show_errors')) messages.silenceWarnings();
  const surface = surfaceOf(command);
  const parsed = await parse(command, argv, surface);
  const read = readValues({
    command,
    surface,
    parsed,
    context,
    setting: (name) => config.get('defaults', name),
  });
  if (
    messages.onlyErrors &&
    (read.values['global:debug'] === true || read.values['global:verbose'] === true)
  ) {
    context.stderr.write("--only-show-errors can't be used together with --debug or --verbose\n");
    return 1;
  }
  const expression = textValue(read, 'global:query');
  const query =
    expression === undefined ? undefined : (await import('./output/query.ts')).compileQuery(expression);
  checkIdParts(command, read);
  if (command.notice) messages.warning(command.notice);

  const isDebug = read.values['global:debug'] === true;
  const startedMs = context.clock.now();
  const subscription = textValue(read, 'global:subscription');
  const session = new Session({
    context,
    ...(subscription === undefined ? {} : { subscription }),
    headers: { command: command.words, parameters: read.spellings.join(' ') },
    warn: (message) => messages.warning(message),
    ...(isDebug && { trace: (line: string) => messages.plain(`DEBUG: ${line}`) }),
  });
  try {
    await askBeforehand(execution, read, config);
    const value = await runOnIds(execution, { read, words: parsed.words, session });
    const shaped = command.words === 'rest' ? value : addResourceGroups(value);
    const result = query && shaped !== undefined && shaped !== null ? query.apply(shaped) : shaped;
    const options = {
      format: formatOf(read, config),
      queried: query !== undefined,
      ...(command.table ? { table: command.table } : {}),
      colorAllowed: !config.flag('core', 'no_color') && !context.env['NO_COLOR'],
    };
    context.stdout.write(await formatOutput(result, options, context));
    return 0;
  } finally {
    if (isDebug || read.values['global:verbose'] === true) {
      const seconds = (context.clock.now() - startedMs) / 1000;
      messages.plain(`INFO: Command ran in ${seconds.toFixed(3)} seconds`);
    }
    session.close();
  }
}

/** The words of the command line; flags that az has and Drydock has not are refused by their own sentence. */
async function parse(command: Command, argv: readonly string[], surface: Flags): Promise<ParsedArguments> {
  const parsed = parseArguments(argv, surface, command.positional !== undefined);
  if (!parsed.unrecognized) return parsed;
  const { unbuiltFlagRefusal } = await import('./unbuilt/refusal.ts');
  const { unrecognized, strangers } = parsed;
  return { ...parsed, unrecognized: unbuiltFlagRefusal(command.words, strangers) ?? unrecognized };
}

function textValue(read: ReadArguments, key: string): string | undefined {
  const value = read.values[key];
  return typeof value === 'string' ? value : undefined;
}

function formatOf(read: ReadArguments, config: Config): OutputFormat {
  const word = textValue(read, 'global:output') ?? config.get('core', 'output') ?? 'json';
  return outputFormats.find((format) => format === word.toLowerCase()) ?? 'json';
}

async function askBeforehand({ command, messages, context }: Execution, read: ReadArguments, config: Config) {
  if (!command.confirmation || read.values['yes'] === true) return;
  if (config.flag('core', 'disable_confirm_prompt')) return;
  const question =
    command.confirmation === true ? 'Are you sure you want to perform this operation?' : command.confirmation;
  if (!(await askYesNo(question, context, messages))) throw new AzError('Operation cancelled.');
}

async function askYesNo(question: string, context: AzContext, messages: ConsoleMessages): Promise<boolean> {
  for (;;) {
    const answer = await context.prompt(`${question} (y/n): `);
    if (answer === undefined) {
      messages.warning('Unable to prompt for confirmation as no tty available. Use --yes.');
      return false;
    }
    const word = answer.trim().toLowerCase();
    if (word === 'y' || word === 'yes') return true;
    if (word === 'n' || word === 'no') return false;
  }
}

interface Prepared {
  readonly read: ReadArguments;
  readonly words: readonly string[];
  readonly session: Session;
}

/** Runs the command once, or once per id of `--ids`. */
async function runOnIds(execution: Execution, prepared: Prepared): Promise<unknown> {
  const { command, messages } = execution;
  const { read } = prepared;
  const typed = read.values['ids'];
  if (!command.ids || command.ids.whole || !Array.isArray(typed))
    return command.run(callOf(execution, prepared));
  for (const key of command.ids.parts) {
    if (!read.given.has(key)) continue;
    const name = command.flags[key]?.names.find((one) => one.startsWith('--'));
    messages.warning(`option '${name}' will be ignored due to use of '--ids'.`);
  }
  const ids = readIds(typed.map(String));
  const results: unknown[] = [];
  const waiting = [...ids];
  const worker = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const result = await command.run(callOf(execution, withId(command, prepared, id)));
      if (result !== undefined) results.push(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(mostParallelIds, ids.length) }, worker));
  return ids.length === 1 ? results[0] : results.length > 0 ? results : undefined;
}

function withId(command: Command, prepared: Prepared, id: string): Prepared {
  const parts = parseResourceId(id);
  if (!parts) throw new AzError(`invalid resource ID: ${id}`);
  const values: Record<string, unknown> = { ...prepared.read.values };
  let next = 0;
  for (const key of command.ids?.parts ?? []) {
    values[key] = key === 'resourceGroup' ? parts.resourceGroup : (parts.names[next++] ?? '');
  }
  const given = new Set([...prepared.read.given, ...(command.ids?.parts ?? [])]);
  return {
    ...prepared,
    read: { ...prepared.read, values, given },
    session: prepared.session.in(parts.subscription),
  };
}

function callOf({ messages, context }: Execution, { read, words, session }: Prepared): Call<Flags> {
  const values: Values<Flags> = read.values;
  return {
    flags: values,
    words,
    given: (key) => read.given.has(key),
    isOutputAsked: read.given.has('global:output'),
    session,
    context,
    warn: (message) => messages.warning(message),
    fail: (message) => messages.error(message),
    print: (line) => context.stdout.write(`${line}\n`),
    progress: (line) => {
      if (!messages.onlyErrors) messages.plain(line);
    },
    confirm: (question) => askYesNo(question, context, messages),
  };
}
