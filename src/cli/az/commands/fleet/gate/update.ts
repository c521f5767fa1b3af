import { defineCommand } from '../../../declaration.ts';
import { text } from '../../../declare/flags.ts';
import { patchResource } from '../../../declare/patch.ts';
import { AzError } from '../../../errors.ts';
import { gate, gateNotice } from '../update-nouns.ts';

/** `az fleet gate update`. */
export const command = defineCommand({
  words: 'fleet gate update',
  summary: 'Set the state of a gate.',
  flags: { ...gate.names, state: text('--gate-state --gs --state', 'The new state: Completed.') },
  notice: gateNotice,
  examples: [
    {
      text: 'Complete a gate.',
      command:
        'az fleet gate update -g MyResourceGroup -f MyFleet --gate-name 11111111-2222-3333-4444-555555555555 --state Completed',
    },
  ],
  async run(call) {
    const { state } = call.flags;
    if (state !== 'Completed') {
      throw new AzError(
        `Unsupported gate state value: '${typeof state === 'string' ? state : 'None'}'. Allowed values are ['Completed']`,
      );
    }
    return patchResource(gate, call, { properties: { state } });
  },
});
