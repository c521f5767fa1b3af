import type { ListAnswer } from '../call/call.ts';
import { Kept, KeptBudget } from '../storage/kept.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';

/** How long runs are, and how many are kept. */
export const runLimits = {
  /** Runs put together that are in memory, be it only because an answer with them is still on its way. */
  aliveBytes: 128 * 1024 * 1024,
  /** Kept to be found again; for the whole process. */
  keptBytes: 32 * 1024 * 1024,
  /** A run ends behind the first object after so much that its revision chooses, */
  leastBytes: 128 * 1024,
  /** or after so much. */
  mostBytes: 512 * 1024,
  /** Shorter ones are put together again faster than found. */
  leastKeptBytes: 16 * 1024,
  /** Larger items are sent from where they lie. */
  copiedBytes: 64 * 1024,
} as const;

/** The bytes of an item of a list, in one part or several. */
export type ItemParts = readonly Uint8Array[];

type PartsOf = (object: StoredObject, resource: ServedResource) => ItemParts;

interface Run {
  readonly objects: readonly StoredObject[];
  /** One that was put together, or the parts; with the separator in front of each item. */
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
}

/** What runs take, those that are found again and those that are only on their way. */
export class RunMemory {
  readonly kept = new KeptBudget(runLimits.keptBytes);
  /** Weak: whoever sends a run holds its memory. */
  #alive: { readonly memory: WeakRef<ArrayBufferLike>; readonly bytes: number }[] = [];
  #aliveBytes = 0;

  /** Room for a copy; undefined when so much is on its way to readers that another one would be too much. */
  allocate(bytes: number): Buffer | undefined {
    if (bytes >= runLimits.leastKeptBytes) {
      if (this.#aliveBytes + bytes > runLimits.aliveBytes) return undefined;
      this.#aliveBytes += bytes;
    }
    const copy = Buffer.allocUnsafeSlow(bytes);
    if (bytes >= runLimits.leastKeptBytes) this.#alive.push({ memory: new WeakRef(copy.buffer), bytes });
    return copy;
  }

  /** Counts anew what is there, when it may have become too much. */
  sweep(): void {
    if (this.#aliveBytes < runLimits.aliveBytes / 2) return;
    this.#alive = this.#alive.filter(({ memory }) => memory.deref() !== undefined);
    this.#aliveBytes = this.#alive.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

const sharedMemory = new RunMemory();

/**
 * The items of lists, in runs of neighbours that are put together once: a list of unchanged objects is found whole, and
 * after a change only the runs around it are put together again, because where they end is up to the objects in them.
 */
export class Runs {
  readonly #partsOf: PartsOf;
  readonly #separator: Buffer;
  readonly #memory: RunMemory;
  readonly #kept: Kept<Run>;

  constructor(parts: PartsOf, separator: Buffer, memory = sharedMemory) {
    this.#partsOf = parts;
    this.#separator = separator;
    this.#memory = memory;
    this.#kept = new Kept<Run>(memory.kept, ({ bytes }) => bytes);
  }

  /** Chunks with the separator between all items; references to the items where there is no room for copies. */
  of({ objects, resource, selectedBy }: ListAnswer): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    this.#memory.sweep();
    for (let at = 0; at < objects.length; ) {
      const run =
        this.#find(objects, at, { resource, selectedBy }) ??
        this.#gather(objects, at, { resource, selectedBy });
      for (const chunk of run.chunks) chunks.push(chunk);
      at += run.objects.length;
    }
    const [head] = chunks;
    if (head) chunks[0] = head.subarray(this.#separator.length);
    return chunks;
  }

  #find(objects: readonly StoredObject[], from: number, { resource, selectedBy }: Selected): Run | undefined {
    const first = objects[from];
    if (!first || selectedBy === undefined) return undefined;
    const known = this.#kept.find(first, resource, selectedBy);
    return known && isAt(known.objects, objects, from) ? known : undefined;
  }

  #gather(objects: readonly StoredObject[], from: number, selected: Selected): Run {
    const { resource, selectedBy } = selected;
    const parts: Uint8Array[] = [];
    let bytes = 0;
    let to = from;
    for (let object = objects[to]; object && !this.#isOver(bytes, objects[to - 1]); object = objects[to]) {
      const item = [this.#separator, ...this.#partsOf(object, resource)];
      const itemBytes = lengthOf(item);
      if (itemBytes >= runLimits.copiedBytes && to > from) break;
      parts.push(...item);
      bytes += itemBytes;
      to++;
      if (itemBytes >= runLimits.copiedBytes)
        return { objects: objects.slice(from, to), chunks: parts, bytes };
    }
    const joined = this.#join(parts, bytes);
    const run = { objects: objects.slice(from, to), chunks: joined ? [joined] : parts, bytes };
    const first = objects[from];
    if (first && joined && selectedBy !== undefined && bytes >= runLimits.leastKeptBytes)
      this.#kept.keep(first, { served: resource, label: selectedBy, made: run });
    return run;
  }

  #join(parts: readonly Uint8Array[], bytes: number): Buffer | undefined {
    const copy = this.#memory.allocate(bytes);
    let at = 0;
    if (copy) for (const part of parts) at += copyTo(copy, part, at);
    return copy;
  }

  #isOver(bytes: number, last: StoredObject | undefined): boolean {
    if (bytes < runLimits.leastBytes || !last) return false;
    return bytes >= runLimits.mostBytes || endsRun(last);
  }
}

type Selected = Pick<ListAnswer, 'resource' | 'selectedBy'>;

function copyTo(copy: Buffer, part: Uint8Array, at: number): number {
  copy.set(part, at);
  return part.length;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** One object in 32, always the same ones: revisions are spread first, because some kinds are written every other one. */
function endsRun({ revision }: StoredObject): boolean {
  return Math.imul(revision, 0x9e3779b1) >>> 27 === 0;
}

function isAt(run: readonly StoredObject[], objects: readonly StoredObject[], from: number): boolean {
  for (let at = 0; at < run.length; at++) if (run[at] !== objects[from + at]) return false;
  return true;
}
