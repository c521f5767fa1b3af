import { deleteCommand } from '../../../declare/verbs.ts';
import { agentPool } from '../noun.ts';
import { demandPool } from './change.ts';

const plain = deleteCommand(agentPool, {
  words: 'aks nodepool delete',
  summary: 'Delete a node pool of a cluster.',
});

/** `az aks nodepool delete`: a pool that is not there is an error. */
export const command = {
  ...plain,
  run: async (call: Parameters<typeof plain.run>[0]) => {
    await demandPool(call);
    return plain.run(call);
  },
};
