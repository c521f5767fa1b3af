import { defineCommand } from '../../../declaration.ts';
import { list, resourceGroupFilter, text, toggle } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { findAssignee } from '../../../role/assignees.ts';
import { findAssignments, scopeOf } from '../../../role/assignments.ts';
import { assignmentsApiVersion, roleIdOf } from '../../../role/definitions.ts';

/** `az role assignment delete`. */
export const command = defineCommand({
  words: 'role assignment delete',
  summary: 'Take roles away.',
  flags: {
    ids: list('--ids', 'Ids of role assignments.'),
    assignee: text('--assignee', 'Sign-in name, object id, application id or service principal name.'),
    assigneeObjectId: text('--assignee-object-id', 'Object id; Graph is not asked.'),
    role: text('--role', 'Role name or id.'),
    scope: text('--scope', 'Scope at which the role applies.'),
    resourceGroup: resourceGroupFilter(),
    includeInherited: toggle('--include-inherited', 'Include assignments at parent scopes.'),
    yes: toggle('--yes -y', 'Kept for compatibility: nothing is asked.'),
  },
  examples: [
    {
      text: 'Take a role away.',
      command: 'az role assignment delete --assignee user@example.com --role Reader --scope SCOPE',
    },
  ],
  async run(call) {
    const { flags, session } = call;
    const remove = (id: string) =>
      session.arm.send({ method: 'DELETE', path: id, apiVersion: assignmentsApiVersion });
    if (flags.ids) {
      if (flags.assignee || flags.role || flags.scope) {
        throw new AzError('When assignment ids are used, other parameter values are not required');
      }
      for (const id of flags.ids) await remove(id);
      return undefined;
    }
    const { assignee, assigneeObjectId, role, scope, resourceGroup } = flags;
    if ([assignee, assigneeObjectId, role, scope, resourceGroup].every((one) => one === undefined)) {
      throw new AzError(
        'Please provide at least one of these arguments: --ids, --assignee, --assignee-object-id, --role, --scope, --resource-group',
      );
    }
    const place = scopeOf(session, { scope, resourceGroup });
    const found = await findAssignments(session, {
      scope: place,
      all: false,
      assignee:
        assigneeObjectId ??
        (assignee === undefined ? undefined : (await findAssignee(call, assignee)).objectId),
      includeGroups: false,
      includeInherited: flags.includeInherited,
      roleId: role === undefined ? undefined : await roleIdOf(session, role, place),
    });
    if (found.length === 0) throw new AzError('No matched assignments were found to delete');
    for (const one of found) await remove(String(one['id']));
    return undefined;
  },
});
