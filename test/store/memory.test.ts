import { silentLogger } from '../../src/base/index.ts';
import { MemoryLedger } from '../../src/store/drivers/memory/memory-ledger.ts';
import { LedgerStore } from '../../src/store/engine/ledger-store.ts';
import { createMemoryStore, historyLimits } from '../../src/store/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { checkStoreLaws } from './law.ts';

checkStoreLaws({
  name: 'memory',
  open: async (options) => createMemoryStore({ random: seededRandom('memory'), ...options }),
  async openCuttable({ clock }) {
    const ledger = new MemoryLedger();
    // Its commit cannot fail: what fails here is the step before the first write.
    const begin = ledger.begin.bind(ledger);
    const random = seededRandom('memory');
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
