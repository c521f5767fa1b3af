import { defineCommand } from '../../../declaration.ts';
import { boolean, required, resourceGroupFilter, text } from '../../../declare/flags.ts';
import { scopeOf } from '../../../role/assignments.ts';
import { rolesNamed } from '../../../role/custom-roles.ts';
import { definitionsApiVersion, definitionsPath } from '../../../role/definitions.ts';

/** `az role definition delete`. */
export const command = defineCommand({
  words: 'role definition delete',
  summary: 'Delete a role definition.',
  flags: {
    name: required('--name -n', "The role's name or GUID."),
    customOnly: boolean('--custom-role-only', 'Custom roles only.'),
    scope: text('--scope', 'Scope at which the role applies.'),
    resourceGroup: resourceGroupFilter(),
  },
  async run({ flags, session }) {
    const { scope, resourceGroup, name } = flags;
    const place = scopeOf(session, { scope, resourceGroup });
    const roles = await rolesNamed(session, name, place);
    for (const role of roles) {
      if (flags.customOnly && role['roleType'] !== 'CustomRole') continue;
      const path = `${definitionsPath(place)}/${role['name']}`;
      await session.arm.send({ method: 'DELETE', path, apiVersion: definitionsApiVersion });
    }
    return undefined;
  },
});
