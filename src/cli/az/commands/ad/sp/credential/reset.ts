import { defineCommand } from '../../../../declaration.ts';
import { integer, required, text, toggle } from '../../../../declare/flags.ts';
import { addPassword, credentialWarning, removePasswords } from '../../../../directory/credentials.ts';
import { servicePrincipal } from '../../../../directory/find.ts';

/** `az ad sp credential reset`. */
export const command = defineCommand({
  words: 'ad sp credential reset',
  summary: 'Replace the secrets of a service principal by a new one.',
  flags: {
    id: required('--id', 'Name or id of the service principal.'),
    append: toggle('--append', 'Keep the secrets that are there.'),
    displayName: text('--display-name', 'Name of the secret.'),
    years: integer('--years', 'Years for which the secret is good.', { defaultText: '1' }),
    endDate: text('--end-date', 'End of the secret, e.g. 2030-01-31.'),
  },
  async run({ flags, session, context, warn }) {
    const found = await servicePrincipal(session, flags.id);
    const path = `/servicePrincipals/${found['id']}`;
    if (!flags.append) await removePasswords(session, path, found);
    const { displayName, years, endDate } = flags;
    const password = await addPassword(session, context, { path, displayName, years, endDate });
    warn(credentialWarning);
    return { appId: found['appId'], password, tenant: session.subscription.tenantId };
  },
});
