import { defineCommand } from '../../declaration.ts';
import { text } from '../../declare/flags.ts';
import { rows } from '../../shape/rows.ts';
import { presentProvider, providersApiVersion } from './shape.ts';

/** `az provider list`. */
export const command = defineCommand({
  words: 'provider list',
  summary: 'List resource providers.',
  flags: { expand: text('--expand', 'Properties to include, e.g. resourceTypes/aliases.') },
  reads: true,
  table: rows((one) => ({
    Namespace: one['namespace'],
    RegistrationPolicy: one['registrationPolicy'],
    RegistrationState: one['registrationState'],
  })),
  async run({ flags, session }) {
    const path = `/subscriptions/${session.subscriptionId}/providers`;
    const found = await session.arm.list(path, providersApiVersion, { $expand: flags.expand });
    return found.map(presentProvider);
  },
});
