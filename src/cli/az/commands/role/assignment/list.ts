import { defineCommand } from '../../../declaration.ts';
import { boolean, resourceGroupFilter, text, toggle } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { findAssignee } from '../../../role/assignees.ts';
import { findAssignments, nameAssignments, scopeOf } from '../../../role/assignments.ts';
import { roleIdOf } from '../../../role/definitions.ts';
import { rows } from '../../../shape/rows.ts';

/** `az role assignment list`. */
export const command = defineCommand({
  words: 'role assignment list',
  summary: 'List role assignments of the subscription, or at a scope.',
  flags: {
    all: toggle('--all', 'Show all assignments of the subscription.'),
    assignee: text('--assignee', 'Sign-in name, object id, application id or service principal name.'),
    assigneeObjectId: text('--assignee-object-id', 'Object id; Graph is not asked.'),
    role: text('--role', 'Role name or id.'),
    scope: text('--scope', 'Scope at which the role applies.'),
    resourceGroup: resourceGroupFilter(),
    includeGroups: toggle(
      '--include-groups',
      "Include assignments to the assignee's groups, nested ones too.",
    ),
    includeInherited: toggle('--include-inherited', 'Include assignments at parent scopes.'),
    fillPrincipal: boolean('--fill-principal-name', 'Fill in principalName.', { defaultText: 'True' }),
    fillRole: boolean('--fill-role-definition-name', 'Fill in roleDefinitionName.', { defaultText: 'True' }),
  },
  reads: true,
  table: rows((one) => ({
    Principal: one['principalName'] || one['principalId'],
    Role: one['roleDefinitionName'] || one['roleDefinitionId'],
    Scope: one['scope'],
  })),
  examples: [{ text: 'List assignments at a scope.', command: 'az role assignment list --scope SCOPE' }],
  async run(call) {
    const { flags, session } = call;
    if (flags.includeGroups && flags.assignee === undefined && flags.assigneeObjectId === undefined) {
      throw new AzError('usage error: --include-groups needs --assignee or --assignee-object-id');
    }
    const assignee =
      flags.assigneeObjectId ??
      (flags.assignee === undefined ? undefined : (await findAssignee(call, flags.assignee)).objectId);
    const scope = scopeOf(session, {
      scope: flags.scope,
      resourceGroup: flags.all ? undefined : flags.resourceGroup,
    });
    const found = await findAssignments(session, {
      scope,
      all: flags.all,
      assignee,
      includeGroups: flags.includeGroups,
      includeInherited: flags.includeInherited,
      roleId: flags.role === undefined ? undefined : await roleIdOf(session, flags.role, scope),
    });
    return nameAssignments(session, found, {
      roles: flags.fillRole !== false,
      principals: flags.fillPrincipal !== false,
    });
  },
});
