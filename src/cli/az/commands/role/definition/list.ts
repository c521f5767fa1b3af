import { defineCommand } from '../../../declaration.ts';
import { boolean, resourceGroupFilter, text } from '../../../declare/flags.ts';
import { scopeOf } from '../../../role/assignments.ts';
import { listDefinitions, presentDefinition } from '../../../role/definitions.ts';
import { isGuid } from '../../../role/guid.ts';
import { rows } from '../../../shape/rows.ts';

/** `az role definition list`. */
export const command = defineCommand({
  words: 'role definition list',
  summary: 'List role definitions.',
  flags: {
    name: text('--name -n', "The role's name or GUID."),
    customOnly: boolean('--custom-role-only', 'Custom roles only.'),
    scope: text('--scope', 'Scope at which the roles apply.'),
    resourceGroup: resourceGroupFilter(),
  },
  reads: true,
  table: rows((one) => ({ Name: one['roleName'], Type: one['type'], Description: one['description'] })),
  examples: [{ text: 'Find a role by its name.', command: 'az role definition list --name Reader' }],
  async run({ flags, session }) {
    const { scope, resourceGroup, name } = flags;
    const place = scopeOf(session, { scope, resourceGroup });
    const found = await listDefinitions(
      session,
      place,
      name !== undefined && isGuid(name) ? undefined : name,
    );
    return found
      .map(presentDefinition)
      .filter((one) => name === undefined || !isGuid(name) || one['name'] === name.toLowerCase())
      .filter((one) => !flags.customOnly || one['roleType'] === 'CustomRole');
  },
});
