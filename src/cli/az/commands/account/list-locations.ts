import { defineCommand } from '../../declaration.ts';
import { boolean } from '../../declare/flags.ts';
import { rows } from '../../shape/rows.ts';

/** `az account list-locations`. */
export const command = defineCommand({
  words: 'account list-locations',
  summary: 'List supported regions of the subscription.',
  flags: { extended: boolean('--include-extended-locations', 'Whether to include extended locations.') },
  table: rows((one) => ({
    DisplayName: one['displayName'],
    Name: one['name'],
    RegionalDisplayName: one['regionalDisplayName'],
  })),
  examples: [{ text: 'List region names.', command: 'az account list-locations --query "[].name" -o tsv' }],
  async run({ flags, session }) {
    return session.arm.list(`/subscriptions/${session.subscriptionId}/locations`, '2022-12-01', {
      includeExtendedLocations: flags.extended ? 'true' : undefined,
    });
  },
});
