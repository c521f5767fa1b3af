import { defineCommand } from '../../declaration.ts';
import { toggle } from '../../declare/flags.ts';
import { listedSubscription, subscriptionTable } from './shape.ts';

/** `az account list`. */
export const command = defineCommand({
  words: 'account list',
  summary: "List subscriptions of the signed-in accounts; only 'Enabled' ones unless --all is given.",
  flags: {
    all: toggle('--all', "List all subscriptions, including those that are not 'Enabled'."),
    refresh: toggle('--refresh', 'Ask the server for the up-to-date list.'),
  },
  reads: true,
  table: subscriptionTable,
  examples: [{ text: 'List subscriptions as a table.', command: 'az account list -o table' }],
  async run({ flags, session, warn }) {
    if (flags.refresh) {
      const { refreshSubscriptions } = await import('../../sign-in/subscriptions.ts');
      await refreshSubscriptions(session);
    }
    const all = session.profile.subscriptions;
    if (all.length === 0) warn('Please run "az login" to access your accounts.');
    const listed = flags.all ? all : all.filter((one) => one.state === 'Enabled');
    if (listed.length < all.length) {
      warn("A few accounts are skipped as they don't have 'Enabled' state. Use '--all' to display them.");
    }
    return listed.map(listedSubscription);
  },
});
