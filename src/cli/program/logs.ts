import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, watch } from 'node:fs';
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

function follow(file: string, fromByte: number): Promise<void> {
  let position = fromByte;
  const printNew = () => {
    const size = statSync(file).size;
    if (size < position) position = 0;
    const buffer = Buffer.alloc(size - position);
    const descriptor = openSync(file, 'r');
    position += readSync(descriptor, buffer, 0, buffer.length, position);
    closeSync(descriptor);
    process.stdout.write(buffer);
  };
  return new Promise((resolve) => {
    const watcher = watch(file, printNew);
    process.once('SIGINT', () => {
      watcher.close();
      resolve();
    });
  });
}
