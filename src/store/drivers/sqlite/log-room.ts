import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';

const roomBytes = 256 * 1024;
/** SQLite begins its log again from the front long before (`wal_autocheckpoint`): it needs no more room. */
const enoughBytes = 32 * 1024 * 1024;

/**
 * Room at the end of the log (-wal), written with zeros before SQLite comes to it. A commit that makes the file longer
 * waits until the file system has noted the new length in a journal of its own, which takes as long again as the bytes;
 * one that writes over what is there does not. SQLite reads its log up to the first frame that is none, and zeros are none.
 *
 * Written by the thread that commits, between two commits: nobody else writes to the file.
 */
export class LogRoom {
  readonly #descriptor: number | undefined;
  #knownBytes = -1;
  #isEnough = false;

  /** `database`: the file; it may have no log, and then there is no room to make. */
  constructor(database: string | null) {
    this.#descriptor = database === null ? undefined : openLog(`${database}-wal`);
  }

  /** To be called before commits, whose fsync is then the room's as well. */
  keep(): void {
    if (this.#descriptor === undefined || this.#isEnough) return;
    try {
      const { size } = fstatSync(this.#descriptor);
      if (size === this.#knownBytes) return;
      this.#isEnough = size >= enoughBytes;
      if (this.#isEnough) return;
      this.#knownBytes = size + writeSync(this.#descriptor, zeros, 0, roomBytes, size);
    } catch {
      // A full disk, say: commits that find none take longer, or fail by themselves.
      this.#isEnough = true;
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}

const zeros = new Uint8Array(roomBytes);

function openLog(file: string): number | undefined {
  try {
    return openSync(file, constants.O_WRONLY | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
}
