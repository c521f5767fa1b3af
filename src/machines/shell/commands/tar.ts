import { resolvePath } from '../../files.ts';
import { type Process, print, type Run, readAll } from '../process.ts';

const blockBytes = 512;

/** As much of tar as `kubectl cp` asks for: `tar cf - PATH` and `tar -xmf - [-C FOLDER]`, of plain files and folders. */
export function* tar(process: Process): Run {
  const [flags = '', ...rest] = process.args;
  const at = process.args.indexOf('-C');
  const folder = at >= 0 ? resolvePath(process.folder, process.args[at + 1] ?? '') : process.folder;
  if (flags.includes('c')) {
    const paths = rest.filter((arg, index) => arg !== '-' && arg !== '-C' && rest[index - 1] !== '-C');
    return yield* pack(process, folder, paths);
  }
  if (flags.includes('x')) return yield* unpack(process, folder);
  yield* print('tar: need one of -c and -x\n', 2);
  return 1;
}

function* pack({ files, machine }: Process, folder: string, paths: readonly string[]): Run {
  let code = 0;
  const mtime = Math.floor(machine.now() / 1_000);
  for (const path of paths) {
    const waiting = [resolvePath(folder, path)];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const name = path.startsWith('/') ? next.slice(1) : next.slice(folder === '/' ? 1 : folder.length + 1);
      const bytes = files.read(next);
      if (bytes) {
        yield { type: 'write', fd: 1, bytes: headerOf(name, { size: bytes.length, mtime, type: '0' }) };
        yield {
          type: 'write',
          fd: 1,
          bytes: Buffer.concat([bytes, Buffer.alloc(-bytes.length & (blockBytes - 1))]),
        };
      } else if (files.isFolder(next)) {
        yield { type: 'write', fd: 1, bytes: headerOf(`${name}/`, { size: 0, mtime, type: '5' }) };
        const parent = next;
        waiting.push(...files.list(parent).map((each) => resolvePath(parent, each)));
      } else {
        yield* print(`tar: ${path}: No such file or directory\n`, 2);
        code = 1;
      }
    }
  }
  yield { type: 'write', fd: 1, bytes: Buffer.alloc(2 * blockBytes) };
  return code;
}

function headerOf(
  name: string,
  file: { readonly size: number; readonly mtime: number; readonly type: '0' | '5' },
): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name.slice(-100), 0, 'utf8');
  header.write(octal(file.type === '5' ? 0o755 : 0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(file.size, 11), 124);
  header.write(octal(file.mtime, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(file.type, 156);
  header.write('ustar\u000000', 257, 'latin1');
  header.write('root', 265);
  header.write('root', 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function* unpack(process: Process, folder: string): Run {
  const archive = yield* readAll(process);
  let code = 0;
  let longName: string | undefined;
  for (let at = 0; at + blockBytes <= archive.length; ) {
    const header = archive.subarray(at, at + blockBytes);
    const text = (from: number, bytes: number) =>
      header.toString('utf8', from, from + bytes).replace(/\0[\s\S]*$/, '');
    if (header[0] === 0) break;
    const size = Number.parseInt(text(124, 12), 8) || 0;
    const body = archive.subarray(at + blockBytes, at + blockBytes + size);
    at += blockBytes + Math.ceil(size / blockBytes) * blockBytes;
    const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
    const type = text(156, 1);
    if (type === 'x' || type === 'L') {
      longName = type === 'L' ? (body.toString('utf8').split('\0', 1)[0] ?? '') : paxPath(body);
      continue;
    }
    const name = longName ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    longName = undefined;
    const path = resolvePath(folder, name);
    // Nothing is written outside of where it was asked for.
    if (path !== folder && folder !== '/' && !path.startsWith(`${folder}/`)) continue;
    const refusal =
      type === '5'
        ? process.files.makeFolder(path)
        : type === '' || type === '0'
          ? process.files.write(path, [body], false)
          : undefined;
    if (refusal === undefined) continue;
    yield* print(`tar: can't open '${name}': ${refusal}\n`, 2);
    code = 1;
  }
  return code;
}

function paxPath(body: Buffer): string | undefined {
  return /^\d+ path=([^\n]*)$/m.exec(body.toString('utf8'))?.[1];
}
