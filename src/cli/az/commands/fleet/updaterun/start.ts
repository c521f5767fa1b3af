import { defineCommand } from '../../../declaration.ts';
import { noWait } from '../../../declare/flags.ts';
import { updateRun } from '../update-nouns.ts';

/** `az fleet updaterun start`. */
export const command = defineCommand({
  words: 'fleet updaterun start',
  summary: 'Start an update run, or go on with one that was stopped or has failed.',
  flags: { ...updateRun.names, noWait: noWait() },
  examples: [
    {
      text: 'Start an update run.',
      command: 'az fleet updaterun start -g MyResourceGroup -f MyFleet -n MyUpdateRun',
    },
  ],
  async run(call) {
    const { postToRun } = await import('./post.ts');
    return postToRun(call, 'start');
  },
});
