import { join } from 'node:path';
import { createMemoryStore, openSqliteStore, type Store, type Transaction } from '../../src/store/index.ts';
import { temporaryFolder } from './belongings.ts';
import { ManualClock } from './manual-clock.ts';
import { seededRandom } from './seeded-random.ts';

type IsMeant = (transaction: Transaction) => boolean;

/** Transactions that write, or delete, a key like this. */
export function writesTo(pattern: RegExp): IsMeant {
  return ({ writes }) => writes.some((write) => pattern.test('put' in write ? write.put : write.delete));
}

/** The same store for those who write: the first `count` of the commits that are meant go on together, or not at all. */
export function meetingAtCommit(store: Store, count: number, isMeant: IsMeant): Store {
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  return withCommit(store, async (transaction) => {
    if (arrived < count && isMeant(transaction)) {
      if (++arrived === count) all.resolve();
      await all.promise;
    }
    return store.commit(transaction);
  });
}

/** The same store; before the first commit that is meant `step` runs to its end. */
export function beforeCommit(store: Store, isMeant: IsMeant, step: () => Promise<unknown>): Store {
  let done = false;
  return withCommit(store, async (transaction) => {
    if (!done && isMeant(transaction)) {
      done = true;
      await step();
    }
    return store.commit(transaction);
  });
}

function withCommit(store: Store, commit: Store['commit']): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'commit') return commit;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Each driver that can be opened here; `open` makes an empty store. */
export const drivers: readonly { readonly name: string; open(): Store }[] = [
  { name: 'memory', open: () => createMemoryStore(surroundings()) },
  {
    name: 'sqlite',
    open: () => openSqliteStore({ file: join(folder(), `${++files}.db`), ...surroundings() }),
  },
];

let files = 0;
let made: string | undefined;

function folder(): string {
  made ??= temporaryFolder('views');
  return made;
}

function surroundings() {
  return { clock: new ManualClock(), random: seededRandom('views') };
}
