import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { camelKeys, putRole, rolesNamed, scopesOf } from '../../../role/custom-roles.ts';
import { readDescription } from '../../../role/description.ts';
import type { Session } from '../../../session.ts';

/** `az role definition update`. */
export const command = defineCommand({
  words: 'role definition update',
  summary: 'Change a custom role definition.',
  flags: {
    description: required('--role-definition', 'The whole role as JSON, or a file that holds it.'),
  },
  async run({ flags, session, context, warn }) {
    const refusal = 'Invalid role definition. A valid dictionary JSON representation is expected.';
    const description = camelKeys(readDescription(flags.description, context, refusal));
    const { id, roleName } = description;
    if (typeof id !== 'string' || id === '') {
      warn('Role "id" is missing. Look for the role in the current subscription...');
      return putRole(session, { ...(await roleOfName(session, description)), description });
    }
    if (typeof roleName !== 'string') throw new AzError("please provide 'roleName'");
    return putRole(session, { id: id.split('/').at(-1) ?? '', name: roleName, description });
  },
});

async function roleOfName(
  session: Session,
  description: JsonObject,
): Promise<{ readonly id: string; readonly name: string }> {
  const name = typeof description['name'] === 'string' ? description['name'] : '';
  const scopes = scopesOf(description);
  for (const scope of scopes.length > 0 ? scopes : [`/subscriptions/${session.subscriptionId}`]) {
    const [found, another] = await rolesNamed(session, name, scope);
    if (another) throw new AzError(`More than 2 definitions are found with the name of "${name}"`);
    if (found) return { id: String(found['name']), name: String(found['roleName']) };
  }
  throw new AzError(`No definition was found with the name of "${name}"`);
}
