import type { JsonObject } from '../../../../../base/index.ts';
import { type Call, defineCommand, type Flags } from '../../../declaration.ts';
import { required, text } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { jsonObject } from '../../../http/arm-call.ts';
import { objectsByIds } from '../../../http/graph.ts';
import { type Assignee, findAssignee, typeOf } from '../../../role/assignees.ts';
import {
  assignmentsPath,
  findAssignments,
  nameAssignments,
  presentAssignment,
  scopeOf,
} from '../../../role/assignments.ts';
import { isRoleAssignmentExists } from '../../../role/conflict.ts';
import { assignmentsApiVersion, roleIdOf } from '../../../role/definitions.ts';

const principalTypes = ['ForeignGroup', 'Group', 'ServicePrincipal', 'User'] as const;

/** `az role assignment create`. */
export const command = defineCommand({
  words: 'role assignment create',
  summary: 'Give a role to a user, group or service principal.',
  flags: {
    role: required('--role', 'Role name or id.'),
    scope: required('--scope', 'Scope at which the role applies, e.g. a resource id.'),
    assignee: text('--assignee', 'Sign-in name, object id, application id or service principal name.'),
    assigneeObjectId: text('--assignee-object-id', 'Object id; Graph is not asked.'),
    assigneeType: text('--assignee-principal-type', 'Kind of the object id.', { choices: principalTypes }),
    description: text('--description', 'Description of the role assignment.'),
    condition: text('--condition', 'Condition under which the role applies.'),
    conditionVersion: text('--condition-version', 'Version of the condition syntax.'),
    name: text('--name -n', 'GUID for the role assignment.'),
  },
  examples: [
    {
      text: 'Let a person administer a fleet.',
      command:
        'az role assignment create --assignee user@example.com --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin" --scope FLEET_ID',
    },
  ],
  async run(call) {
    const { flags, session } = call;
    const { assignee, assigneeObjectId, assigneeType } = flags;
    if ((assignee === undefined) === (assigneeObjectId === undefined)) {
      throw new AzError('usage error: --assignee STRING | --assignee-object-id GUID');
    }
    if (assigneeType !== undefined && assigneeObjectId === undefined) {
      throw new AzError('usage error: --assignee-object-id GUID --assignee-principal-type TYPE');
    }
    const scope = scopeOf(session, { scope: flags.scope });
    const principal =
      assigneeObjectId === undefined
        ? await findAssignee(call, assignee ?? '')
        : await knownPrincipal(call, assigneeObjectId, assigneeType);
    const roleDefinitionId = await roleIdOf(session, flags.role, scope);
    const body: JsonObject = {
      properties: {
        roleDefinitionId,
        principalId: principal.objectId,
        ...(principal.type === undefined ? {} : { principalType: principal.type }),
        ...(flags.description === undefined ? {} : { description: flags.description }),
        ...(flags.condition === undefined
          ? {}
          : { condition: flags.condition, conditionVersion: flags.conditionVersion ?? '2.0' }),
      },
    };
    const path = `${assignmentsPath(scope)}/${flags.name ?? call.context.random.uuid()}`;
    try {
      const answer = await session.arm.send({ method: 'PUT', path, apiVersion: assignmentsApiVersion, body });
      // Azure's own pages show this member, which newer versions of az no longer print.
      return { canDelegate: null, ...presentAssignment(jsonObject(answer)) };
    } catch (thrown) {
      if (!isRoleAssignmentExists(thrown)) throw thrown;
      return existing(call, { scope, roleId: roleDefinitionId, assignee: principal.objectId, thrown });
    }
  },
});

async function knownPrincipal(
  { session, warn }: Call<Flags>,
  objectId: string,
  type: string | undefined,
): Promise<Assignee> {
  const known = principalTypes.find((one) => one === type);
  if (known && known !== 'ForeignGroup') return { objectId, type: known };
  if (known === undefined) {
    warn(
      'RBAC service might reject creating role assignment without --assignee-principal-type in the future. Better to specify --assignee-principal-type manually.',
    );
  }
  const [found] = await objectsByIds(session, [objectId]);
  return { objectId, type: found ? typeOf(found) : undefined };
}

interface Duplicate {
  readonly scope: string;
  readonly roleId: string;
  readonly assignee: string;
  readonly thrown: unknown;
}

/** The assignment that was there before. */
async function existing({ session }: Call<Flags>, duplicate: Duplicate): Promise<JsonObject> {
  const { scope, roleId, assignee, thrown } = duplicate;
  const filter = { scope, roleId, assignee, all: false, includeGroups: false, includeInherited: false };
  const found = await findAssignments(session, filter);
  const [first] = await nameAssignments(session, found, { roles: true, principals: true });
  if (!first) throw thrown;
  return first;
}
