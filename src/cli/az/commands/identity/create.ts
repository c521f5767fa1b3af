import { defineCommand } from '../../declaration.ts';
import { location, required, resourceGroup, shorthandTags } from '../../declare/flags.ts';
import { putResource } from '../../declare/verbs.ts';
import { locationOrGroups } from '../../shape/location.ts';
import { identity } from './noun.ts';

/** `az identity create`. */
export const command = defineCommand({
  words: 'identity create',
  summary: 'Create a user-assigned identity.',
  flags: {
    name: required('--name --resource-name -n', 'The name of the identity resource.'),
    resourceGroup: resourceGroup(),
    location: location(),
    tags: shorthandTags(),
  },
  examples: [
    {
      text: 'Create an identity.',
      command: 'az identity create --name MyIdentity --resource-group MyResourceGroup',
    },
  ],
  async run(call) {
    const { location: typed, resourceGroup: group, tags } = call.flags;
    return putResource(identity, call, {
      location: await locationOrGroups(call.session, typed, group),
      ...(tags ? { tags } : {}),
    });
  },
});
