import { createMemoryStore } from '../../src/store/index.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { checkStoreLaws } from './law.ts';

checkStoreLaws({
  name: 'memory',
  open: async (options) => createMemoryStore({ random: seededRandom('memory'), ...options }),
});
