import { resolvePath } from '../../files.ts';
import { type Effect, type Process, print, type Reply, type Run, readAll } from '../process.ts';
import { optionsOf } from './options.ts';

/** The files named, or standard input; what cannot be read is told and left out. */
function* textsOf(
  process: Process,
  paths: readonly string[],
  command: string,
): Generator<Effect, { texts: Buffer[]; code: number }, Reply> {
  if (paths.length === 0) return { texts: [yield* readAll(process)], code: 0 };
  const texts: Buffer[] = [];
  let code = 0;
  for (const path of paths) {
    if (path === '-') {
      texts.push(yield* readAll(process));
      continue;
    }
    const absolute = resolvePath(process.folder, path);
    const bytes = absolute === '/dev/null' ? Buffer.alloc(0) : process.files.read(absolute);
    if (bytes) texts.push(bytes);
    else {
      const why = process.files.isFolder(absolute) ? 'Is a directory' : 'No such file or directory';
      const opening = command === 'cat' && why !== 'Is a directory' ? "can't open " : '';
      yield* print(
        opening ? `${command}: ${opening}'${path}': ${why}\n` : `${command}: ${path}: ${why}\n`,
        2,
      );
      code = 1;
    }
  }
  return { texts, code };
}

function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function* echo({ args }: Process): Run {
  let rest = args;
  let [newline, escapes] = [true, false];
  while (/^-[neE]+$/.test(rest[0] ?? '')) {
    newline = newline && !rest[0]?.includes('n');
    escapes = escapes || rest[0]?.includes('e') === true;
    rest = rest.slice(1);
  }
  const text = rest.join(' ');
  yield* print((escapes ? unescaped(text) : text) + (newline ? '\n' : ''));
  return 0;
}

const escaped: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  e: '\x1b',
  '"': '"',
};

function unescaped(text: string): string {
  return text.replace(/\\([ntre\\"])/g, (_, letter: string) => escaped[letter] ?? letter);
}

function* printf({ args }: Process): Run {
  const [format = '', ...values] = args;
  let text = '';
  let next = 0;
  do {
    text += unescaped(format).replace(
      /%([-0]?)(\d*)([sdibx%])/g,
      (_, flag: string, width: string, kind: string) => {
        if (kind === '%') return '%';
        const value = values[next++] ?? (kind === 's' || kind === 'b' ? '' : '0');
        const shown = kind === 'x' ? Number(value).toString(16) : kind === 'b' ? unescaped(value) : value;
        const size = Math.min(Number(width || 0), 1_024);
        if (flag === '-') return shown.padEnd(size);
        return shown.padStart(size, flag === '0' ? '0' : ' ');
      },
    );
  } while (next > 0 && next < values.length && text.length < 65_536);
  yield* print(text);
  return 0;
}

function* cat(process: Process): Run {
  const paths = process.args.filter((arg) => arg === '-' || !arg.startsWith('-'));
  if (paths.length === 0 && process.input === undefined) {
    for (let chunk = yield { type: 'read' }; chunk instanceof Uint8Array; chunk = yield { type: 'read' }) {
      yield { type: 'write', fd: 1, bytes: chunk };
    }
    return 0;
  }
  const { texts, code } = yield* textsOf(process, paths, 'cat');
  for (const bytes of texts) yield { type: 'write', fd: 1, bytes };
  return code;
}

function ends(command: 'head' | 'tail') {
  return function* (process: Process): Run {
    const short = process.args.map((arg) => arg.replace(/^-(\d+)$/, '-n$1'));
    const { options, rest } = optionsOf(short, 'nc');
    const { texts, code } = yield* textsOf(process, rest, command);
    const count = Math.abs(Number(options.get('n') ?? 10)) || 0;
    for (const bytes of texts) {
      const lines = linesOf(bytes);
      const kept = command === 'head' ? lines.slice(0, count) : count === 0 ? [] : lines.slice(-count);
      yield* print(kept.map((line) => `${line}\n`).join(''));
    }
    // A log that is followed is never at its end.
    if (command === 'tail' && (options.has('f') || options.has('F')))
      for (;;) yield { type: 'sleep', ms: 3_600_000 };
    return code;
  };
}

function* grep(process: Process): Run {
  const { options, rest } = optionsOf(process.args, 'eABCm');
  const [pattern = '', ...paths] = options.has('e') ? [options.get('e') ?? '', ...rest] : rest;
  const { texts, code } = yield* textsOf(process, paths, 'grep');
  if (code !== 0) return 2;
  const wanted = options.has('i') ? pattern.toLowerCase() : pattern;
  const [begins, finishes] = [wanted.startsWith('^'), wanted.endsWith('$')];
  const inner = wanted.slice(begins ? 1 : 0, finishes ? -1 : undefined);
  // Plain text with anchors: expressions of callers are not run.
  const holds = (line: string) => {
    const text = options.has('i') ? line.toLowerCase() : line;
    if (begins && finishes) return text === inner;
    return begins ? text.startsWith(inner) : finishes ? text.endsWith(inner) : text.includes(inner);
  };
  const found = texts.flatMap(linesOf).filter((line) => holds(line) !== options.has('v'));
  if (options.has('c')) yield* print(`${found.length}\n`);
  else if (!options.has('q')) yield* print(found.map((line) => `${line}\n`).join(''));
  return found.length > 0 ? 0 : 1;
}

function* wc(process: Process): Run {
  const { options, rest } = optionsOf(process.args, '');
  const { texts, code } = yield* textsOf(process, rest, 'wc');
  for (const [index, bytes] of texts.entries()) {
    const text = bytes.toString('utf8');
    const counts = {
      l: text.split('\n').length - 1,
      w: text.split(/\s+/).filter(Boolean).length,
      c: bytes.length,
    };
    const asked = (['l', 'w', 'c'] as const).filter((name) => options.size === 0 || options.has(name));
    const numbers = asked.map((name) =>
      asked.length === 1 ? String(counts[name]) : String(counts[name]).padStart(9),
    );
    yield* print(`${numbers.join(' ')}${rest[index] === undefined ? '' : ` ${rest[index]}`}\n`);
  }
  return code;
}

function* sort(process: Process): Run {
  const { options, rest } = optionsOf(process.args, '');
  const { texts, code } = yield* textsOf(process, rest, 'sort');
  const lines = texts.flatMap(linesOf);
  if (options.has('n')) lines.sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
  else lines.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (options.has('r')) lines.reverse();
  const kept = options.has('u') ? [...new Set(lines)] : lines;
  yield* print(kept.map((line) => `${line}\n`).join(''));
  return code;
}

function* seq({ args }: Process): Run {
  const numbers = args.map(Number);
  const [first = 1, step = 1] =
    numbers.length === 3 ? numbers : numbers.length === 2 ? [numbers[0], 1] : [1, 1];
  const last = numbers.at(-1) ?? 0;
  if (!numbers.every(Number.isFinite) || step === 0) return 1;
  let text = '';
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) {
    text += `${value}\n`;
    if (text.length < 4_096) continue;
    yield { type: 'turn' };
    yield* print(text);
    text = '';
  }
  yield* print(text);
  return 0;
}

function* tee(process: Process): Run {
  const bytes = yield* readAll(process);
  const { options, rest } = optionsOf(process.args, '');
  for (const path of rest) process.files.write(resolvePath(process.folder, path), [bytes], options.has('a'));
  yield { type: 'write', fd: 1, bytes };
  return 0;
}

function* base64(process: Process): Run {
  const { options, rest } = optionsOf(process.args, 'w');
  const { texts, code } = yield* textsOf(process, rest, 'base64');
  const bytes = Buffer.concat(texts);
  if (options.has('d'))
    yield { type: 'write', fd: 1, bytes: Buffer.from(bytes.toString('latin1'), 'base64') };
  else yield* print(`${bytes.toString('base64').replace(/(.{76})(?=.)/g, '$1\n')}\n`);
  return code;
}

export const textCommands = {
  ...{ echo, printf, cat, head: ends('head'), tail: ends('tail'), grep, wc, sort, seq, tee, base64 },
};
