import { showCommand } from '../../../declare/verbs.ts';
import { gate, gateNotice } from '../update-nouns.ts';

/** `az fleet gate show`. */
export const command = {
  ...showCommand(gate, {
    words: 'fleet gate show',
    summary: 'Show a gate.',
    examples: [
      {
        text: 'Show a gate.',
        command: 'az fleet gate show -g MyResourceGroup -f MyFleet -n 11111111-2222-3333-4444-555555555555',
      },
    ],
  }),
  notice: gateNotice,
};
