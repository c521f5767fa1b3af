import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage, makeFolder } from '../base/index.ts';

export interface RotatingFileOptions {
  /** A line that would make the file larger than this goes into a new one; one that is larger by itself fills a file alone. */
  readonly fileBytes: number;
  /** Gives the full file another name, and deletes what is not kept. */
  readonly putAside: (file: string) => void;
}

/** `NAME.1` is the newest of the files put aside, and this many are kept. */
export function numberedFiles(keptFiles: number): RotatingFileOptions['putAside'] {
  return (file) => {
    for (let n = keptFiles - 1; n >= 1; n--) {
      if (existsSync(`${file}.${n}`)) renameSync(`${file}.${n}`, `${file}.${n + 1}`);
    }
    renameSync(file, `${file}.1`);
  };
}

/** Whole lines in a file of its owner alone (mode 0600), bounded on disk. It is written at once, so a crash loses no line. */
export class RotatingFile {
  readonly #file: string;
  readonly #options: RotatingFileOptions;
  #descriptor: number;
  #size: number;
  #reason: string | undefined;

  constructor(file: string, options: RotatingFileOptions) {
    this.#file = file;
    this.#options = options;
    makeFolder(dirname(file));
    this.#descriptor = openSync(file, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  /** Why the last line was not written; undefined when it was. */
  get whyFailing(): string | undefined {
    return this.#reason;
  }

  /** Writes all of a line or nothing of it. Never throws: false when the disk refuses. */
  write(line: string): boolean {
    try {
      // Somebody moved the file away: what went on going there would be read by nobody.
      const there = statSync(this.#file, { throwIfNoEntry: false });
      if (there?.ino !== fstatSync(this.#descriptor).ino) this.#reopen();
      // Others may write here too. A device or a pipe has no size and is never full: it is nothing to put aside.
      else this.#size = there.size;
      const bytes = Buffer.from(line);
      if (this.#size > 0 && this.#size + bytes.length > this.#options.fileBytes) this.#putAside();
      this.#append(bytes);
      this.#reason = undefined;
      return true;
    } catch (thrown) {
      this.#reason = errorMessage(thrown);
      return false;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #append(bytes: Buffer): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
      this.#size += bytes.length;
    } catch (thrown) {
      // What a full disk took of the line goes again. Other writers may have appended: only our own end is cut.
      const { size } = fstatSync(this.#descriptor);
      if (size > this.#size && size < this.#size + bytes.length) ftruncateSync(this.#descriptor, this.#size);
      throw thrown;
    }
  }

  #putAside(): void {
    this.#options.putAside(this.#file);
    this.#reopen();
  }

  #reopen(): void {
    const next = openSync(this.#file, 'a', 0o600);
    closeSync(this.#descriptor);
    this.#descriptor = next;
    this.#size = fstatSync(next).size;
  }
}
