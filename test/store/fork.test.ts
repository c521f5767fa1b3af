import { join } from 'node:path';
import { silentLogger } from '../../src/base/index.ts';
import { MemoryLedger } from '../../src/store/drivers/memory/memory-ledger.ts';
import { LedgerStore } from '../../src/store/engine/ledger-store.ts';
import { createMemoryStore, historyLimits, openSqliteStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { checkForkLaws } from './fork-law.ts';
import { checkStoreLaws } from './law.ts';

const random = seededRandom('forks');
const folder = temporaryFolder('forks');
let files = 0;

checkForkLaws({
  name: 'memory',
  keepsHistory: true,
  open: async ({ clock }) => createMemoryStore({ random, clock }),
});

checkForkLaws({
  name: 'sqlite',
  keepsHistory: false,
  open: async ({ clock }) => openSqliteStore({ file: join(folder, `${++files}.db`), random, clock }),
});

/** Forks are stores like others, also while the store that they came from is written to. */
checkStoreLaws({
  name: 'forked',
  async open(options) {
    const parent = createMemoryStore({ random, ...options });
    const fork = parent.fork();
    for (const key of ['/a', '/b', '/other'])
      await parent.commit({ writes: [{ put: key, value: new Uint8Array() }] });
    return fork;
  },
  async openCuttable({ clock }) {
    const ledger = new MemoryLedger().fork();
    const begin = ledger.begin.bind(ledger);
    return {
      store: new LedgerStore(ledger, { clock, random, log: silentLogger, history: historyLimits }),
      cut: () => {
        ledger.begin = () => {
          throw new Error('no memory');
        };
      },
      mend: () => {
        ledger.begin = begin;
      },
    };
  },
});
