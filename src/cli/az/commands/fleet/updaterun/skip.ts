import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { noWait, requiredList } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { updateRun } from '../update-nouns.ts';

const kinds = ['AfterStageWait', 'Group', 'Member', 'Stage'];

/** `az fleet updaterun skip`. */
export const command = defineCommand({
  words: 'fleet updaterun skip',
  summary: 'Leave out members, groups, stages, or the waits after stages.',
  flags: {
    ...updateRun.names,
    targets: requiredList(
      '--targets',
      'Space-separated targets, each `Type:Name`: Member:m, Group:g, Stage:s, or AfterStageWait:s with the name of the stage.',
    ),
    noWait: noWait(),
  },
  notice:
    "Argument '--targets' is in preview and under development. Reference and support levels: https://aka.ms/CLI_refstatus",
  examples: [
    {
      text: 'Leave out a group and a stage.',
      command:
        'az fleet updaterun skip -g MyResourceGroup -f MyFleet -n MyUpdateRun --targets Group:my-group-name Stage:my-stage-name',
    },
  ],
  async run(call) {
    const targets = call.flags.targets.map(targetOf);
    const { postToRun } = await import('./post.ts');
    return postToRun(call, 'skip', { targets });
  },
});

function targetOf(word: string): JsonObject {
  const [type = '', name = '', ...more] = word.split(':');
  if (type === '' || name === '' || more.length > 0) {
    throw new AzError(
      `The target '${word}' is not in the correct format 'targetType:targetName'. It must contain exactly one colon and both parts must be non-empty.See help for details.`,
    );
  }
  if (!kinds.includes(type)) {
    throw new AzError(
      "Invalid target type, valid types are the following case-sensitive values:'AfterStageWait', 'Group', 'Member', or 'Stage'.",
    );
  }
  return { type, name };
}
