import { CodedError } from '../../src/base/index.ts';
import type { Store, Transaction } from '../../src/store/index.ts';

/** A real store of which one commit fails, as on a full disk, and that knows how many watches are open. */
export interface FailingStore {
  readonly store: Store;
  /** The first commit that is meant fails; nothing of it is written. */
  failOnce(isMeant: (transaction: Transaction) => boolean): void;
  /** The commit after so many more. */
  failAfter(commits: number): void;
  /** Whether the one that was to fail has. */
  failed(): boolean;
  openWatches(): number;
}

export function failingStore(real: Store): FailingStore {
  let isMeant: ((transaction: Transaction) => boolean) | undefined;
  let watches = 0;
  const commit: Store['commit'] = async (transaction) => {
    const fails = isMeant?.(transaction);
    if (fails) isMeant = undefined;
    if (fails) throw new CodedError('unavailable', 'The store could not write to its disk: it is full.');
    return real.commit(transaction);
  };
  const watch: Store['watch'] = async (...words) => {
    const opened = await real.watch(...words);
    watches++;
    let isOpen = true;
    return {
      close() {
        if (isOpen) watches--;
        isOpen = false;
        opened.close();
      },
    };
  };
  const own: Partial<Store> = { commit, watch };
  const store = new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    store,
    failOnce: (wanted) => {
      isMeant = wanted;
    },
    failAfter: (commits) => {
      let left = commits;
      isMeant = () => left-- === 0;
    },
    failed: () => isMeant === undefined,
    openWatches: () => watches,
  };
}
