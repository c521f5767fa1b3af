import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { text } from '../../../declare/flags.ts';
import { patchResource } from '../../../declare/patch.ts';
import { readLabels } from '../../../shape/labels.ts';
import { member } from '../noun.ts';

/** `az fleet member update`. */
export const command = defineCommand({
  words: 'fleet member update',
  summary: "Update a member's group and labels.",
  flags: {
    ...member.names,
    updateGroup: text('--update-group', 'Group of the member in update runs.'),
    labels: text(
      '--member-labels --labels',
      'Blank-separated labels in one argument: "key=value key=value".',
    ),
  },
  examples: [
    {
      text: "Change a member's update group.",
      command:
        'az fleet member update -g MyFleetResourceGroup -f MyFleetName -n NameOfMember --update-group replacement-group1',
    },
  ],
  async run(call) {
    const { updateGroup, labels } = call.flags;
    const properties: JsonObject = {
      ...(typeof updateGroup === 'string' ? { group: updateGroup } : {}),
      ...(typeof labels === 'string' ? { labels: readLabels(labels) } : {}),
    };
    return patchResource(member, call, Object.keys(properties).length > 0 ? { properties } : {});
  },
});
