import { isObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { text } from '../../declare/flags.ts';
import { rows } from '../../shape/rows.ts';
import { tagFilter } from '../../shape/tag-filter.ts';
import { presentGroup } from './noun.ts';

/** `az group list`. */
export const command = defineCommand({
  words: 'group list',
  summary: 'List resource groups.',
  flags: { tag: text('--tag', "A single tag in 'key[=value]' format.") },
  reads: true,
  examples: [{ text: 'List all resource groups as a table.', command: 'az group list -o table' }],
  table: rows((item) => ({
    Name: item['name'],
    Location: item['location'],
    Status: isObject(item['properties']) ? item['properties']['provisioningState'] : null,
  })),
  async run({ flags, session }) {
    const path = `/subscriptions/${session.subscriptionId}/resourcegroups`;
    const groups = await session.arm.list(path, '2024-11-01', { $filter: tagFilter(flags.tag) });
    return groups.map(presentGroup);
  },
});
