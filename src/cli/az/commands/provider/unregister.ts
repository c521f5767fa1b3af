import { defineCommand } from '../../declaration.ts';
import { required, toggle } from '../../declare/flags.ts';
import { changeRegistration } from './registration.ts';

/** `az provider unregister`. */
export const command = defineCommand({
  words: 'provider unregister',
  summary: 'Unregister a resource provider.',
  flags: {
    namespace: required('--namespace -n', "The provider's namespace."),
    wait: toggle('--wait', 'Wait for the registration to finish.'),
  },
  examples: [
    {
      text: 'Unregister a provider.',
      command: 'az provider unregister --namespace Microsoft.ContainerService',
    },
  ],
  run: (call) => changeRegistration(call, { action: 'unregister', end: 'Unregistered' }),
});
