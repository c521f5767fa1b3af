import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { isObject } from '../../../base/index.ts';
import { mixed } from './sums.ts';

/** What had been acknowledged at some moment. */
export interface Acknowledged {
  readonly revision: number;
  readonly commits: number;
  readonly chain: number;
}

const slotBytes = 512;
const slots = 2;
const usedBytes = 32;
/** "DWIT": a text begins otherwise. */
const mark = 0x44574954;

export function witnessFile(database: string): string {
  return `${database}-witness`;
}

/**
 * A small file beside the database that says what was acknowledged last. SQLite drops its log silently from the first
 * damaged frame on; the witness is how that is noticed.
 *
 * It is written after the group's fsync and before the answer, without an fsync of its own: a process that is killed
 * loses none of it, and after a power cut it may be behind the database, which is allowed, but never ahead of what the
 * disk had confirmed. Two slots take turns, so that a torn write leaves the other one.
 */
export class Witness {
  readonly #descriptor: number;
  readonly #slot = new DataView(new ArrayBuffer(usedBytes));
  #turn = 0;

  /** Opens or makes the file, with mode 0600; `acknowledged` is on disk before anything more is acknowledged. */
  constructor(file: string, acknowledged: Acknowledged) {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    this.#descriptor = openSync(file, flags, 0o600);
    this.write(acknowledged);
    fsyncSync(this.#descriptor);
  }

  write(acknowledged: Acknowledged): void {
    encodeSlot(this.#slot, acknowledged);
    this.#turn = (this.#turn + 1) % slots;
    writeSync(this.#descriptor, this.#slot, 0, usedBytes, this.#turn * slotBytes);
  }

  close(): void {
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }
}

export type WitnessReading =
  | { readonly found: Acknowledged }
  /** `missing`: no file, or an empty one; `damaged`: no slot can be read. */
  | { readonly found: undefined; readonly why: 'missing' | 'damaged' };

export function readWitness(file: string): WitnessReading {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      return { found: undefined, why: 'missing' };
    }
    throw thrown;
  }
  try {
    if (fstatSync(descriptor).size === 0) return { found: undefined, why: 'missing' };
    const bytes = Buffer.alloc(slotBytes * slots);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    const read = [0, slotBytes].flatMap((at) =>
      decodeSlot(bytes.subarray(at, Math.min(at + slotBytes, length))),
    );
    // Both only grow, and each group moves one of them.
    const found = read.sort((a, b) => b.commits + b.revision - a.commits - a.revision)[0];
    return found ? { found } : { found: undefined, why: 'damaged' };
  } finally {
    closeSync(descriptor);
  }
}

/** After a group's fsync little of this process is still at hand in the processor: no text, no call, no new object. */
function encodeSlot(slot: DataView, acknowledged: Acknowledged): void {
  const { revision, commits, chain } = acknowledged;
  slot.setUint32(0, mark);
  slot.setUint32(4, slotSum(acknowledged));
  slot.setFloat64(8, revision);
  slot.setFloat64(16, commits);
  slot.setFloat64(24, chain);
}

function slotSum({ revision, commits, chain }: Acknowledged): number {
  return mixed(mixed(mixed(mark, revision), commits), chain);
}

function decodeSlot(bytes: Buffer): Acknowledged[] {
  if (bytes.length < usedBytes || bytes.readUInt32BE(0) !== mark) return decodeText(bytes);
  const found = {
    revision: bytes.readDoubleBE(8),
    commits: bytes.readDoubleBE(16),
    chain: bytes.readDoubleBE(24),
  };
  return slotSum(found) === bytes.readUInt32BE(4) ? [found] : [];
}

/** As releases wrote it whose databases had the second layout. */
function decodeText(bytes: Buffer): Acknowledged[] {
  const line = bytes.toString('latin1').trim();
  const text = line.slice(9);
  if (line.slice(0, 8) !== crc32(text).toString(16).padStart(8, '0')) return [];
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return [];
    const { revision, commits, chain } = value;
    if (typeof revision !== 'number' || typeof commits !== 'number' || typeof chain !== 'number') return [];
    return [{ revision, commits, chain }];
  } catch {
    return [];
  }
}
