import { seededRandom } from '../../src/base/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { checkStoreLaws } from './law.ts';

checkStoreLaws({
  name: 'memory',
  open: async (options) => createMemoryStore({ random: seededRandom('memory'), ...options }),
});
