import { defineCommand } from '../../../declaration.ts';
import { patchResource } from '../../../declare/patch.ts';
import { gate, gateNotice } from '../update-nouns.ts';

/** `az fleet gate approve`. */
export const command = defineCommand({
  words: 'fleet gate approve',
  summary: 'Approve a gate, so that its update run goes on.',
  flags: gate.names,
  notice: gateNotice,
  examples: [
    {
      text: 'Approve a gate.',
      command: 'az fleet gate approve -g MyResourceGroup -f MyFleet -n 11111111-2222-3333-4444-555555555555',
    },
  ],
  run: (call) => patchResource(gate, call, { properties: { state: 'Completed' } }),
});
