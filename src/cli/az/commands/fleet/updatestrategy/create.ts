import { defineCommand } from '../../../declaration.ts';
import { noWait, required } from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { updateStrategy } from '../update-nouns.ts';

/** `az fleet updatestrategy create`. */
export const command = defineCommand({
  words: 'fleet updatestrategy create',
  summary: 'Create or replace an update strategy.',
  flags: {
    ...updateStrategy.names,
    stages: required('--stages', 'Stages of the strategy: path of a JSON file, or the JSON itself.'),
    noWait: noWait(),
  },
  examples: [
    {
      text: 'Create an update strategy from a file.',
      command:
        'az fleet updatestrategy create -g MyResourceGroup -f MyFleet -n MyStrategy --stages ./stages.json',
    },
    {
      text: 'Create an update strategy from JSON.',
      command:
        'az fleet updatestrategy create -g MyResourceGroup -f MyFleet -n MyStrategy --stages \'{"stages":[{"name":"stage1","groups":[{"name":"group1"}],"afterStageWaitInSeconds":3600}]}\'',
    },
  ],
  async run(call) {
    const { strategyOf } = await import('../stages.ts');
    const strategy = strategyOf(call.flags.stages, call.context);
    return putResource(updateStrategy, call, { properties: { strategy } });
  },
});
