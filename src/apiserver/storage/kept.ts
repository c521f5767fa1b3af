/**
 * Counts what is kept in several places together, and has the older half of it dropped when there is too much: what is
 * kept takes no more than the limit and one entry.
 */
export class KeptBudget {
  readonly limitBytes: number;
  readonly #turns: (() => void)[] = [];
  #youngBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** `turn` makes what was added since the last turn the older half, and drops the half before it. */
  onTurn(turn: () => void): void {
    this.#turns.push(turn);
  }

  spend(bytes: number): void {
    if (this.#youngBytes + bytes > this.limitBytes / 2) {
      for (const turn of this.#turns) turn();
      this.#youngBytes = 0;
    }
    this.#youngBytes += bytes;
  }
}

interface Made<T> {
  /** What it was made for: the resource that the object is served as. */
  readonly served: object;
  readonly label: string;
  readonly made: T;
}

/** What an entry takes besides its bytes, about. */
const entryBytes = 256;

/**
 * What was made of objects, for as long as they are there and the budget has room: it is looked up far more often than
 * made. Weak: nothing keeps an object that is gone, be it of a cluster that is.
 */
export class Kept<T> {
  readonly #budget: KeptBudget;
  readonly #bytesOf: (made: T) => number;
  #young = new WeakMap<object, Made<T>[]>();
  #old = new WeakMap<object, Made<T>[]>();

  constructor(budget: KeptBudget, bytesOf: (made: T) => number) {
    this.#budget = budget;
    this.#bytesOf = bytesOf;
    budget.onTurn(() => {
      this.#old = this.#young;
      this.#young = new WeakMap();
    });
  }

  /** `label` tells apart what is made of one object for one resource. */
  find(object: object, served: object, label = ''): T | undefined {
    const young = among(this.#young.get(object), served, label);
    if (young) return young.made;
    const old = among(this.#old.get(object), served, label);
    if (!old) return undefined;
    this.#add(object, old);
    return old.made;
  }

  /** Takes the place of what was kept under the same label. */
  keep(object: object, { served, label = '', made }: Omit<Made<T>, 'label'> & { label?: string }): T {
    this.#add(object, { served, label, made });
    return made;
  }

  #add(object: object, entry: Made<T>): void {
    // However large it is: of all that is shown to many, copies of it would cost most.
    this.#budget.spend(this.#bytesOf(entry.made) + 2 * entry.label.length + entryBytes);
    const entries = this.#young.get(object);
    if (!entries) {
      this.#young.set(object, [entry]);
      return;
    }
    const at = entries.findIndex(({ served, label }) => served === entry.served && label === entry.label);
    if (at < 0) entries.push(entry);
    else entries[at] = entry;
  }
}

function among<T>(entries: readonly Made<T>[] | undefined, served: object, label: string) {
  if (entries === undefined) return undefined;
  for (const entry of entries) if (entry.served === served && entry.label === label) return entry;
  return undefined;
}

const keptLimits = {
  /** What encodings made of objects: other versions, protobuf messages, rows of Tables, metadata. */
  formBytes: 64 * 1024 * 1024,
  /** What encodings made of the latest events, for all of their watchers. */
  eventBytes: 4 * 1024 * 1024,
} as const;

/** Of everything that encodings make of objects, in the whole process. */
export const formsBudget = new KeptBudget(keptLimits.formBytes);
/** Of everything that they make of events. */
export const eventsBudget = new KeptBudget(keptLimits.eventBytes);
