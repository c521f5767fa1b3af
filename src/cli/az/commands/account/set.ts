import { defineCommand } from '../../declaration.ts';
import { required } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';

/** `az account set`. */
export const command = defineCommand({
  words: 'account set',
  summary: 'Make a subscription the active one.',
  flags: { subscription: required('--subscription -s --name -n', 'Name or ID of subscription.') },
  examples: [
    { text: 'Set the active subscription.', command: 'az account set --subscription mySubscription' },
  ],
  async run({ flags, session }) {
    const wanted = flags.subscription;
    const found = session.profile.matching(wanted);
    const [first] = found;
    if (!first) {
      throw new AzError(
        `The subscription of '${wanted}' doesn't exist in cloud '${session.estate.cloudName}'.`,
      );
    }
    if (found.length > 1) {
      throw new AzError(
        `Multiple subscriptions with the name '${wanted}' found. Specify the subscription ID.`,
      );
    }
    session.profile.activate(first.id);
    return undefined;
  },
});
