import { defineCommand } from '../../declaration.ts';
import { required, text } from '../../declare/flags.ts';
import { rows } from '../../shape/rows.ts';
import { presentProvider, providersApiVersion } from './shape.ts';

/** `az provider show`. */
export const command = defineCommand({
  words: 'provider show',
  summary: 'Show a resource provider.',
  flags: {
    namespace: required('--namespace -n', "The provider's namespace."),
    expand: text('--expand', 'Properties to include, e.g. resourceTypes/aliases.'),
  },
  reads: true,
  table: rows((one) => ({
    Namespace: one['namespace'],
    RegistrationPolicy: one['registrationPolicy'],
    RegistrationState: one['registrationState'],
  })),
  async run({ flags, session }) {
    const path = `/subscriptions/${session.subscriptionId}/providers/${encodeURIComponent(flags.namespace)}`;
    return presentProvider(await session.arm.get(path, providersApiVersion, { $expand: flags.expand }));
  },
});
