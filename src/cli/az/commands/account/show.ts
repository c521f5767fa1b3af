import { defineCommand } from '../../declaration.ts';
import { text } from '../../declare/flags.ts';
import { shownSubscription } from './shape.ts';

/** `az account show`. */
export const command = defineCommand({
  words: 'account show',
  summary: 'Show a subscription.',
  detail: 'Without a subscription, shows the active one.',
  flags: { subscription: text('--name --subscription -n -s', 'Name or ID of subscription.') },
  reads: true,
  examples: [{ text: 'Show the active subscription.', command: 'az account show' }],
  async run({ flags, session }) {
    return shownSubscription(session.profile.find(flags.subscription));
  },
});
