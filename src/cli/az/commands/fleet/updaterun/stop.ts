import { defineCommand } from '../../../declaration.ts';
import { noWait } from '../../../declare/flags.ts';
import { updateRun } from '../update-nouns.ts';

/** `az fleet updaterun stop`. */
export const command = defineCommand({
  words: 'fleet updaterun stop',
  summary: 'Stop an update run: what is under way ends, nothing new begins.',
  flags: { ...updateRun.names, noWait: noWait() },
  examples: [
    {
      text: 'Stop an update run.',
      command: 'az fleet updaterun stop -g MyResourceGroup -f MyFleet -n MyUpdateRun',
    },
  ],
  async run(call) {
    const { postToRun } = await import('./post.ts');
    return postToRun(call, 'stop');
  },
});
