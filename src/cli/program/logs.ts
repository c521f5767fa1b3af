import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UsageError, type VerbCall } from './declaration.ts';
import { homeFiles } from './home.ts';

export async function run(call: VerbCall): Promise<number> {
  const file = homeFiles(call.home).log;
  if (!existsSync(file)) throw new UsageError(`there is no log yet at ${file}.`, 1);
  const text = readFileSync(file, 'utf8');
  process.stdout.write(lastLines(text, call.options['tail']));
  if (call.options['follow'] === true) await follow(file, Buffer.byteLength(text));
  return 0;
}

function lastLines(text: string, tail: string | boolean | undefined): string {
  if (typeof tail !== 'string') return text;
  const count = Number(tail);
  if (!Number.isInteger(count) || count < 0)
    throw new UsageError(`--tail takes a whole number, not '${tail}'.`);
  if (count === 0) return '';
  const lines = text.split('\n');
  return lines.slice(Math.max(0, lines.length - 1 - count)).join('\n');
}

/** Goes on at the new file when the server puts a full one aside. */
function follow(file: string, fromByte: number): Promise<void> {
  let { position, inode } = { position: fromByte, inode: statSync(file).ino };
  const printNew = () => {
    const now = statSync(file, { throwIfNoEntry: false });
    if (!now) return;
    if (now.ino !== inode || now.size < position) position = 0;
    inode = now.ino;
    const buffer = Buffer.alloc(now.size - position);
    const descriptor = openSync(file, 'r');
    position += readSync(descriptor, buffer, 0, buffer.length, position);
    closeSync(descriptor);
    process.stdout.write(buffer);
  };
  return new Promise((resolve) => {
    // The folder, not the file: a file that is moved takes its watch along.
    const watcher = watch(dirname(file), (_event, name) => {
      if (name === null || name === basename(file)) printNew();
    });
    process.once('SIGINT', () => {
      watcher.close();
      resolve();
    });
  });
}
