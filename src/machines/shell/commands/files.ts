import { resolvePath } from '../../files.ts';
import { type Process, print, type Run } from '../process.ts';
import { optionsOf } from './options.ts';

function* pwd({ folder }: Process): Run {
  yield* print(`${folder}\n`);
  return 0;
}

function* cd(process: Process): Run {
  const target = process.args[0] ?? process.env.get('HOME') ?? '/';
  const path = resolvePath(process.folder, target);
  if (!process.files.isFolder(path)) {
    yield* print(`sh: cd: can't cd to ${target}: No such file or directory\n`, 2);
    return 2;
  }
  process.folder = path;
  return 0;
}

function* ls(process: Process): Run {
  const { options, rest } = optionsOf(process.args, '');
  const { files, folder, machine } = process;
  let code = 0;
  const row = (path: string, name: string) => {
    if (!options.has('l')) return name;
    const isFolder = files.isFolder(path);
    const size = String(files.read(path)?.length ?? 4096).padStart(9);
    const at = new Date(machine.now()).toUTCString().slice(5, 22);
    const [day = '', month = '', , time = ''] = at.split(' ');
    return `${isFolder ? 'drwxr-xr-x' : '-rw-r--r--'}    1 root     root     ${size} ${month} ${day.padStart(2)} ${time} ${name}`;
  };
  for (const target of rest.length > 0 ? rest : ['.']) {
    const path = resolvePath(folder, target);
    if (files.isFolder(path) && !options.has('d')) {
      if (rest.length > 1) yield* print(`${target}:\n`);
      const names = files
        .list(path)
        .filter((name) => options.has('a') || options.has('A') || !name.startsWith('.'));
      yield* print(names.map((name) => `${row(resolvePath(path, name), name)}\n`).join(''));
    } else if (files.isFolder(path) || files.read(path)) yield* print(`${row(path, target)}\n`);
    else {
      yield* print(`ls: ${target}: No such file or directory\n`, 2);
      code = 1;
    }
  }
  return code;
}

function* mkdir(process: Process): Run {
  return yield* each(process, 'mkdir', (path, options) => {
    if (!process.files.isFolder(path)) return process.files.makeFolder(path);
    return options.has('p') ? undefined : 'File exists';
  });
}

function* touch(process: Process): Run {
  return yield* each(process, 'touch', (path) =>
    process.files.read(path) ? undefined : process.files.write(path, [], false),
  );
}

function* rm(process: Process): Run {
  return yield* each(process, 'rm', (path, options) => {
    const recursive = options.has('r') || options.has('R');
    if (process.files.isFolder(path) && !recursive) return 'Is a directory';
    const refusal = process.files.remove(path, recursive);
    return options.has('f') && refusal === 'No such file or directory' ? undefined : refusal;
  });
}

/** One act for each path; what is refused is told, and the rest goes on. */
function* each(
  process: Process,
  command: string,
  act: (path: string, options: ReadonlyMap<string, string>) => string | undefined,
): Run {
  const { options, rest } = optionsOf(process.args, 'm');
  let code = 0;
  for (const target of rest) {
    const refusal = act(resolvePath(process.folder, target), options);
    if (refusal === undefined) continue;
    yield* print(`${command}: can't ${command === 'rm' ? 'remove' : 'create'} '${target}': ${refusal}\n`, 2);
    code = 1;
  }
  return code;
}

// biome-ignore lint/correctness/useYield: it says nothing but how it ended
function* test(process: Process): Run {
  const words = process.args.at(-1) === ']' ? process.args.slice(0, -1) : process.args;
  if (words.length > mostTestedWords) return 2;
  return isTrue(words, process) ? 0 : 1;
}

/** Each `-a` and `-o` divides what is left. */
const mostTestedWords = 256;

function isTrue(words: readonly string[], process: Process): boolean {
  for (const [sign, joins] of [
    ['-o', (a: boolean, b: boolean) => a || b],
    ['-a', (a: boolean, b: boolean) => a && b],
  ] as const) {
    const at = words.indexOf(sign, 1);
    if (at > 0) return joins(isTrue(words.slice(0, at), process), isTrue(words.slice(at + 1), process));
  }
  const [a = '', b = '', c = ''] = words;
  if (a === '!' && words.length > 1) return !isTrue(words.slice(1), process);
  if (words.length <= 1) return a !== '';
  if (words.length === 2) return unary(a, b, process);
  const compare = comparisons[b];
  return compare ? compare(a, c) : false;
}

const comparisons: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '-eq': (a, b) => Number(a) === Number(b),
  '-ne': (a, b) => Number(a) !== Number(b),
  '-lt': (a, b) => Number(a) < Number(b),
  '-le': (a, b) => Number(a) <= Number(b),
  '-gt': (a, b) => Number(a) > Number(b),
  '-ge': (a, b) => Number(a) >= Number(b),
};

function unary(sign: string, word: string, { files, folder }: Process): boolean {
  const path = resolvePath(folder, word);
  switch (sign) {
    case '-n':
      return word !== '';
    case '-z':
      return word === '';
    case '-d':
      return files.isFolder(path);
    case '-f':
      return files.read(path) !== undefined;
    case '-s':
      return (files.read(path)?.length ?? 0) > 0;
    case '-e':
    case '-r':
    case '-w':
    case '-x':
      return files.isFolder(path) || files.read(path) !== undefined;
    default:
      return false;
  }
}

export const fileCommands = { pwd, cd, ls, mkdir, touch, rm, test, '[': test };
