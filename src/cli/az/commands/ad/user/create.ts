import { defineCommand } from '../../../declaration.ts';
import { boolean, required, text } from '../../../declare/flags.ts';
import { callGraph } from '../../../http/graph.ts';

/** `az ad user create`. */
export const command = defineCommand({
  words: 'ad user create',
  summary: 'Create a user.',
  flags: {
    displayName: required('--display-name', "The user's display name."),
    password: required('--password', 'First password.'),
    principalName: required('--user-principal-name', 'Sign-in name, e.g. someone@example.com.'),
    forceChange: boolean(
      '--force-change-password-next-sign-in',
      'Ask for a new password at the next sign-in.',
      {
        defaultText: 'False',
      },
    ),
    immutableId: text('--immutable-id', 'Id of the user in a directory on premises.'),
    mailNickname: text('--mail-nickname', 'Mail alias. Default: the sign-in name up to the @.'),
  },
  examples: [
    {
      text: 'Create a user.',
      command:
        'az ad user create --display-name myuser --password password --user-principal-name myuser@contoso.com',
    },
  ],
  run: ({ flags, session }) =>
    callGraph(session, {
      method: 'POST',
      path: '/users',
      body: {
        userPrincipalName: flags.principalName,
        displayName: flags.displayName,
        passwordProfile: {
          password: flags.password,
          forceChangePasswordNextSignIn: flags.forceChange ?? false,
        },
        mailNickname: flags.mailNickname ?? flags.principalName.split('@')[0] ?? '',
        accountEnabled: true,
        ...(flags.immutableId === undefined ? {} : { onPremisesImmutableId: flags.immutableId }),
      },
    }),
});
