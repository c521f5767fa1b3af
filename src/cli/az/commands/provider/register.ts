import { defineCommand } from '../../declaration.ts';
import { required, toggle } from '../../declare/flags.ts';
import { changeRegistration } from './registration.ts';

/** `az provider register`. */
export const command = defineCommand({
  words: 'provider register',
  summary: 'Register a resource provider.',
  flags: {
    namespace: required('--namespace -n', "The provider's namespace."),
    wait: toggle('--wait', 'Wait for the registration to finish.'),
  },
  examples: [
    { text: 'Register a provider.', command: 'az provider register --namespace Microsoft.ContainerService' },
  ],
  run: (call) => changeRegistration(call, { action: 'register', end: 'Registered' }),
});
