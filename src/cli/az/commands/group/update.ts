import { tags } from '../../declare/flags.ts';
import { updateCommand } from '../../declare/update.ts';
import { group } from './noun.ts';

/** `az group update`. */
export const command = updateCommand(group, {
  words: 'group update',
  summary: 'Update a resource group.',
  flags: { tags: tags() },
  operations: ['set', 'add', 'remove'],
  view: 'wire',
  apply(resource, { tags: given }) {
    delete resource['properties'];
    resource['properties'] = {};
    if (given !== undefined) resource['tags'] = given;
  },
  examples: [
    { text: "Replace a group's tags.", command: 'az group update -n MyResourceGroup --tags env=test' },
  ],
});
