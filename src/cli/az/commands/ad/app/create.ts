import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { list, required, text } from '../../../declare/flags.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad app create`. */
export const command = defineCommand({
  words: 'ad app create',
  summary: 'Create an application.',
  flags: {
    displayName: required('--display-name', "The application's display name."),
    identifierUris: list('--identifier-uris', 'URIs that name the application.'),
    signInAudience: text('--sign-in-audience', 'Accounts that may sign in.', {
      choices: [
        'AzureADMultipleOrgs',
        'AzureADMyOrg',
        'AzureADandPersonalMicrosoftAccount',
        'PersonalMicrosoftAccount',
      ],
    }),
    webRedirectUris: list('--web-redirect-uris', 'Addresses to which answers of the sign-in page go.'),
    publicRedirectUris: list('--public-client-redirect-uris', 'The same for programs without a secret.'),
  },
  run({ flags, session }) {
    const body: JsonObject = {
      displayName: flags.displayName,
      ...(flags.identifierUris ? { identifierUris: flags.identifierUris } : {}),
      ...(flags.signInAudience ? { signInAudience: flags.signInAudience } : {}),
      ...(flags.webRedirectUris ? { web: { redirectUris: flags.webRedirectUris } } : {}),
      ...(flags.publicRedirectUris ? { publicClient: { redirectUris: flags.publicRedirectUris } } : {}),
    };
    return callGraph(session, { method: 'POST', path: '/applications', body });
  },
});
