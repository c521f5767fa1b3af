import { resolvePath } from '../files.ts';
import { arithmetic } from './arithmetic.ts';
import { commands } from './commands/index.ts';
import { parseScript, shellLimits } from './parse.ts';
import {
  type Effect,
  Exit,
  type Process,
  print,
  type Reply,
  type Run,
  setVariable,
  sizeLimits,
} from './process.ts';
import {
  type Command,
  type Redirection,
  type Script,
  type Simple,
  SyntaxFault,
  TooMuch,
  type Word,
} from './words.ts';

/** What is kept of what one program of a pipeline says to the next. */
const pipedBytes = 2 * 1024 * 1024;

export interface ShellState {
  readonly process: Process;
  readonly parameters: readonly string[];
  lastCode: number;
  readonly depth: number;
  /** In a loop of this shell, which can be left. */
  readonly inLoop: boolean;
  /** Where a failure is asked about, it does not end the shell (`set -e`). */
  readonly asksFailure: boolean;
  readonly options: { endsAtFailure: boolean };
}

const freshState = () => ({
  ...{ parameters: [], lastCode: 0, depth: 0, inLoop: false, asksFailure: false },
  options: { endsAtFailure: false },
});

/** Runs the text of a script; a text that is none is told at standard error, with 2. */
function* runScript(text: string, process: Process, more: Partial<ShellState> = {}): Run {
  const state: ShellState = { ...freshState(), process, ...more };
  if (state.depth > shellLimits.nestedShells) {
    yield* print('sh: nested too deep\n', 2);
    return 2;
  }
  try {
    return yield* runSteps(parseScript(text), state);
  } catch (thrown) {
    if (thrown instanceof Exit) return thrown.code;
    yield* print(faultText(thrown), 2);
    return 2;
  }
}

/** What a shell says of a script that it cannot go on with. Throws what is no such thing. */
function faultText(thrown: unknown): string {
  if (thrown instanceof SyntaxFault) return `sh: syntax error: ${thrown.message}\n`;
  if (thrown instanceof TooMuch) return `sh: ${thrown.message}\n`;
  throw thrown;
}

function* runSteps(script: Script, state: ShellState): Run {
  for (const [index, { when, pipeline, aside }] of script.entries()) {
    if (when === 'success' && state.lastCode !== 0) continue;
    if (when === 'failure' && state.lastCode === 0) continue;
    const { commands: parts, negated } = pipeline;
    // What nobody waits for has no time of its own here: it is done before the next.
    const isAsked = state.asksFailure || negated || (script[index + 1]?.when ?? 'always') !== 'always';
    const own = isAsked ? { ...state, asksFailure: true } : state;
    const code = yield* runPipeline(parts, aside ? apart(own) : own);
    state.lastCode = negated ? Number(code === 0) : code;
    if (code !== 0 && state.options.endsAtFailure && !isAsked && !aside) throw new Exit(code);
  }
  return state.lastCode;
}

function* runPipeline(parts: readonly Command[], state: ShellState): Run {
  const [only] = parts;
  if (parts.length === 1 && only) return yield* runCommand(only, state);
  let input = state.process.input;
  let code = 0;
  for (const [index, part] of parts.entries()) {
    const own = apart(state);
    own.process.input = input;
    if (index === parts.length - 1) code = yield* ended(runCommand(part, own));
    else input = (yield* collected(ended(runCommand(part, own)))).output;
  }
  return code;
}

/** A command whose end of the shell is its own alone. */
function* ended(run: Run): Run {
  try {
    return yield* run;
  } catch (thrown) {
    if (thrown instanceof Exit) return thrown.code;
    throw thrown;
  }
}

/** Takes what a program says at standard output; one that says more than is kept is ended. */
function* collected(
  run: Run,
  alsoErrors = false,
): Generator<Effect, { output: Buffer; code: number }, Reply> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let reply: Reply;
  for (;;) {
    const { done, value } = run.next(reply);
    if (done) return { output: Buffer.concat(chunks), code: value };
    if (value.type === 'write' && (value.fd === 1 || alsoErrors)) {
      chunks.push(value.bytes);
      bytes += value.bytes.length;
      reply = undefined;
      if (bytes > pipedBytes) return { output: Buffer.concat(chunks).subarray(0, pipedBytes), code: 141 };
    } else reply = yield value;
  }
}

function* runCommand(command: Command, state: ShellState): Run {
  switch (command.type) {
    case 'simple':
      return yield* runSimple(command, state);
    case 'if':
      for (const { condition, body } of command.branches) {
        if ((yield* runSteps(condition, asked(state))) === 0) return yield* runSteps(body, reset(state));
      }
      return command.otherwise ? yield* runSteps(command.otherwise, reset(state)) : 0;
    case 'loop':
      return yield* runLoop(command, state);
    case 'for':
      return yield* runFor(command, state);
    case 'group': {
      const own = command.apart ? apart(state) : state;
      const run = command.apart ? ended(runSteps(command.body, own)) : runSteps(command.body, own);
      return yield* redirected(run, command.redirections, own);
    }
  }
}

function reset(state: ShellState): ShellState {
  state.lastCode = 0;
  return state;
}

/** Of a condition. */
function asked(state: ShellState): ShellState {
  return { ...state, asksFailure: true };
}

function* runLoop(loop: Extract<Command, { type: 'loop' }>, state: ShellState): Run {
  let code = 0;
  for (;;) {
    yield { type: 'turn' };
    const held = (yield* runSteps(loop.condition, asked(reset(state)))) === 0;
    if (held === loop.until) return code;
    try {
      code = yield* runSteps(loop.body, { ...reset(state), inLoop: true });
    } catch (thrown) {
      if (thrown === leaveLoop) return 0;
      if (thrown !== nextRound) throw thrown;
    }
  }
}

function* runFor(loop: Extract<Command, { type: 'for' }>, state: ShellState): Run {
  let code = 0;
  for (const value of yield* fieldsOf(loop.words, state)) {
    yield { type: 'turn' };
    setVariable(state.process.env, loop.name, value);
    try {
      code = yield* runSteps(loop.body, { ...reset(state), inLoop: true });
    } catch (thrown) {
      if (thrown === leaveLoop) return 0;
      if (thrown !== nextRound) throw thrown;
    }
  }
  return code;
}

const leaveLoop = Symbol('break');
const nextRound = Symbol('continue');

function* runSimple(simple: Simple, state: ShellState): Run {
  const words = yield* fieldsOf(simple.words, state);
  const [name] = words;
  const env = name === undefined ? state.process.env : new Map(state.process.env);
  for (const { name: variable, value } of simple.assignments) {
    setVariable(env, variable, yield* textOf(value, state));
  }
  if (name === undefined) {
    // Without a command it ends as what its variables were taken from.
    const hasRun = simple.assignments.some(({ value }) => value.some(({ type }) => type === 'output'));
    return yield* redirected(ending(hasRun ? state.lastCode : 0), simple.redirections, state);
  }
  if (name === 'break' || name === 'continue') {
    if (state.inLoop) throw name === 'break' ? leaveLoop : nextRound;
    return 0;
  }
  const process = simple.assignments.length > 0 ? { ...state.process, env } : state.process;
  return yield* redirected(runWords(words, process, state), simple.redirections, { ...state, process });
}

// biome-ignore lint/correctness/useYield: a command without words does nothing
function* ending(code: number): Run {
  return code;
}

/** Runs one program by its words; 127 when there is none of that name. */
export function* runWords(words: readonly string[], process: Process, state?: ShellState): Run {
  const [name = '', ...args] = words;
  yield { type: 'step' };
  if (name === 'exit') throw new Exit(exitCode(args[0], state?.lastCode ?? 0));
  if (name === 'set') return setOptions(args, state);
  const plain = name.replace(/^(?:\/usr)?\/s?bin\//, '');
  if (shells.has(plain)) return yield* runShell(args, process, (state?.depth ?? 0) + 1);
  if (plain === 'exec' || plain === 'command' || plain === 'nohup' || plain === 'time') {
    return args.length === 0 ? 0 : yield* runWords(args, process, state);
  }
  if (plain === 'timeout') return yield* runWords(args.slice(1), process, state);
  const command = Object.hasOwn(commands, plain) ? commands[plain] : undefined;
  if (!command) {
    const { unknownRunsMs } = process.machine;
    if (unknownRunsMs !== undefined) {
      yield { type: 'sleep', ms: unknownRunsMs };
      return 0;
    }
    yield* print(`sh: ${name}: not found\n`, 2);
    return 127;
  }
  if (isOwn.has(plain)) {
    const run = { ...process, args };
    const code = yield* command(run);
    process.folder = run.folder;
    // What one `read` has taken the next does not find again.
    process.input = run.input;
    return code;
  }
  return yield* command({ ...process, env: new Map(process.env), args });
}

/** Commands that change the shell itself. */
const isOwn = new Set(['cd', 'export', 'unset', 'read']);
const shells = new Set(['sh', 'bash', 'ash', 'dash']);

/** True for a program that is here. */
export function isKnownProgram(name: string): boolean {
  const plain = name.replace(/^(?:\/usr)?\/s?bin\//, '');
  return shells.has(plain) || Object.hasOwn(commands, plain) || /^(?:exec|timeout|nohup|set)$/.test(plain);
}

function* runShell(args: readonly string[], process: Process, depth: number): Run {
  const own = { ...process, env: new Map(process.env) };
  const first = args.findIndex((arg) => !arg.startsWith('-') && !arg.startsWith('+'));
  const options = args.slice(0, first < 0 ? args.length : first).join('');
  if (/c/.test(options) && first >= 0) {
    return yield* runScript(args[first] ?? '', own, {
      ...{ depth, parameters: args.slice(first + 2) },
      options: { endsAtFailure: options.includes('e') },
    });
  }
  if (first < 0) return yield* runInteractively(own, depth, options.includes('i'));
  const path = args[first] ?? '';
  const file = process.files.read(resolvePath(process.folder, path));
  if (file) return yield* runScript(file.toString('utf8'), own, { depth, parameters: args.slice(first + 1) });
  yield* print(`sh: can't open '${path}': No such file or directory\n`, 2);
  return 2;
}

/** Line by line, as far as they come. */
function* runInteractively(process: Process, depth: number, asks: boolean): Run {
  const state: ShellState = { ...freshState(), process, depth };
  const prompt = () => (asks || process.env.has('TERM') ? print(`${process.folder} # `) : print(''));
  let waiting = process.input === undefined ? '' : Buffer.from(process.input).toString('utf8');
  const once = process.input !== undefined;
  yield* prompt();
  for (;;) {
    let end = waiting.indexOf('\n');
    while (end < 0) {
      const chunk = once ? undefined : yield { type: 'read' };
      if (!(chunk instanceof Uint8Array)) break;
      waiting += Buffer.from(chunk).toString('utf8');
      if (waiting.length > shellLimits.scriptCharacters) return 2;
      end = waiting.indexOf('\n');
    }
    const line = end < 0 ? waiting : waiting.slice(0, end);
    waiting = end < 0 ? '' : waiting.slice(end + 1);
    if (line.trim() !== '') {
      try {
        state.lastCode = yield* runSteps(parseScript(line), state);
      } catch (thrown) {
        if (thrown instanceof Exit) return thrown.code;
        yield* print(faultText(thrown), 2);
        state.lastCode = 2;
      }
    }
    if (end < 0) return state.lastCode;
    yield* prompt();
  }
}

/** Of the options of `set` the one that ends a shell at a failure; others change nothing here. */
function setOptions(args: readonly string[], state: ShellState | undefined): number {
  for (const [index, arg] of args.entries()) {
    const isNamed = /^[-+]\w*o$/.test(arg) && args[index + 1] === 'errexit';
    if (state && (isNamed || /^[-+]\w*e/.test(arg))) state.options.endsAtFailure = arg.startsWith('-');
  }
  return 0;
}

function exitCode(word: string | undefined, last: number): number {
  const code = word === undefined ? last : Number(word);
  return Number.isInteger(code) ? code & 0xff : 2;
}

/** A shell that changes nothing of this one. */
function apart(state: ShellState): ShellState {
  const { process, options } = state;
  return {
    ...{ ...state, inLoop: false, options: { ...options } },
    process: { ...process, env: new Map(process.env) },
  };
}

/** Sends what a program says where it is told to, and gives it what it is to read. */
function* redirected(run: Run, redirections: readonly Redirection[], state: ShellState): Run {
  if (redirections.length === 0) return yield* run;
  const { process } = state;
  const targets = new Map<number, string | number>();
  for (const { fd, how, target } of redirections) {
    const word = yield* textOf(target, state);
    if (how === 'same') {
      targets.set(fd, targets.get(Number(word)) ?? Number(word));
      continue;
    }
    const path = resolvePath(process.folder, word);
    if (how === 'from') {
      const file = process.files.read(path);
      if (!file) {
        yield* print(`sh: can't open ${word}: no such file\n`, 2);
        return 1;
      }
      process.input = file;
    } else {
      const refusal = path === '/dev/null' ? undefined : process.files.write(path, [], how === 'append');
      if (refusal) {
        yield* print(`sh: can't create ${word}: ${refusal}\n`, 2);
        return 1;
      }
      targets.set(fd, path);
    }
  }
  let reply: Reply;
  for (;;) {
    const { done, value } = run.next(reply);
    if (done) return value;
    reply = undefined;
    const target = value.type === 'write' ? targets.get(value.fd) : undefined;
    if (value.type !== 'write' || target === undefined) reply = yield value;
    else if (target === '/dev/null') continue;
    else if (target === '/dev/stderr' || target === 2) yield { ...value, fd: 2 };
    else if (target === '/dev/stdout' || target === '/proc/1/fd/1' || target === 1) yield { ...value, fd: 1 };
    else if (typeof target === 'string') process.files.write(target, [value.bytes], true);
  }
}

/** The words of a command once everything is put in; what is not quoted falls apart at spaces. */
function* fieldsOf(words: readonly Word[], state: ShellState): Generator<Effect, string[], Reply> {
  const fields = new Fields();
  for (const word of words) {
    let current: string | undefined;
    for (const part of word) {
      if (part.type === 'variable' && part.name === '@' && part.quoted) {
        for (const parameter of state.parameters) fields.push(parameter);
        continue;
      }
      const text = yield* textOf([part], state);
      if (part.type === 'text' || part.type === 'number' || part.quoted) current = (current ?? '') + text;
      else {
        const pieces = text.split(/[ \t\n]+/);
        for (const [index, piece] of pieces.entries()) {
          if (index > 0 && current !== undefined) {
            fields.push(current);
            current = undefined;
          }
          if (piece !== '') current = (current ?? '') + piece;
        }
      }
    }
    const [only] = word;
    const isPattern = word.length === 1 && only?.type === 'text' && !only.quoted && /[*?]/.test(only.text);
    const found =
      isPattern && current !== undefined ? state.process.files.matching(state.process.folder, current) : [];
    if (found.length > 0) for (const each of found) fields.push(each);
    else if (current !== undefined) fields.push(current);
  }
  return fields.all;
}

/** The words of one command. */
class Fields {
  readonly all: string[] = [];
  #characters = 0;

  push(field: string): void {
    this.#characters += field.length + 1;
    if (this.#characters > sizeLimits.wordCharacters) throw new TooMuch('Argument list too long');
    this.all.push(field);
  }
}

function* textOf(word: Word, state: ShellState): Generator<Effect, string, Reply> {
  let text = '';
  for (const part of word) {
    if (text.length > sizeLimits.wordCharacters) throw new TooMuch('out of memory');
    if (part.type === 'text') text += part.text;
    else if (part.type === 'variable') {
      const value = variable(part.name, state);
      text +=
        (value === undefined || value === '') && part.otherwise
          ? yield* textOf(part.otherwise, state)
          : (value ?? '');
    } else if (part.type === 'number')
      text += String(arithmetic(yield* textOf(part.expression, state), state.process.env));
    else {
      const { output, code } = yield* collected(ended(runSteps(part.script, reset(apart(state)))));
      state.lastCode = code;
      text += withoutLineEnds(output.toString('utf8'));
    }
  }
  return text;
}

function withoutLineEnds(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end--;
  return text.slice(0, end);
}

function variable(name: string, { process, parameters, lastCode }: ShellState): string | undefined {
  if (name === '?') return String(lastCode);
  if (name === '$') return '1';
  if (name === '#') return String(parameters.length);
  if (name === '@' || name === '*') return parameters.join(' ');
  if (/^\d+$/.test(name)) return name === '0' ? 'sh' : parameters[Number(name) - 1];
  if (name === 'PWD') return process.folder;
  if (name === 'RANDOM') return String(Math.floor(process.machine.now()) % 32768);
  return process.env.get(name);
}
