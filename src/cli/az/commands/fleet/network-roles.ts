import { isObject, type JsonObject } from '../../../../base/index.ts';
import { applications } from '../../applications.ts';
import type { Call, Flags } from '../../declaration.ts';
import { AzError, ServiceError } from '../../errors.ts';
import { jsonObject } from '../../http/arm-call.ts';
import { listGraph, objectsByIds, odata } from '../../http/graph.ts';
import { isRoleAssignmentExists } from '../../role/conflict.ts';

const networkContributor = '4d97b98b-1d4f-4787-a291-c67834d212e7';
const roleName = 'Network Contributor';
const mostAttempts = 10;
const attemptPauseMs = 2000;
const detections = 3;
const detectionPauseMs = 3000;

/** The provider must be registered before a private hub is asked for. */
export async function demandRegistered({ session }: Call<Flags>): Promise<void> {
  const namespace = 'Microsoft.ContainerService';
  const path = `/subscriptions/${session.subscriptionId}/providers/${namespace}`;
  const provider = await session.arm.get(path, '2024-11-01');
  if (provider['registrationState'] === 'Registered') return;
  throw new AzError(
    `The ${namespace} resource provider is not registered.Run \`az provider register -n ${namespace} --wait\`.`,
  );
}

/** Object id of the service principal that acts for fleets. */
export async function fleetServicePrincipal(call: Call<Flags>): Promise<string> {
  return objectIdOf(call, applications.fleet);
}

async function objectIdOf({ session }: Call<Flags>, wanted: string): Promise<string> {
  const word = odata(wanted);
  let found = await listGraph(session, '/servicePrincipals', `servicePrincipalNames/any(c:c eq '${word}')`);
  if (found.length === 0) found = await listGraph(session, '/servicePrincipals', `displayName eq '${word}'`);
  if (found.length === 0) found = await objectsByIds(session, [wanted]);
  const id = found[0]?.['id'];
  if (typeof id !== 'string') throw new AzError(`No matches in graph database for '${wanted}'`);
  return id;
}

/** Object id behind a user-assigned identity. */
export async function identityPrincipal({ session }: Call<Flags>, identityId: string): Promise<string> {
  const identity = await session.arm.get(identityId, '2024-11-30');
  const properties = isObject(identity['properties']) ? identity['properties'] : {};
  if (typeof properties['principalId'] !== 'string') {
    throw new AzError(`The identity '${identityId}' has no principal id yet. Try again in a moment.`);
  }
  return properties['principalId'];
}

/** Gives `principal` the Network Contributor role on a subnet; goes on with a warning where the caller may not. */
export async function grantNetworkContributor(
  call: Call<Flags>,
  principal: string,
  subnet: string,
): Promise<void> {
  const { clock, signal } = call.context;
  for (let attempt = 1; ; attempt++) {
    try {
      await assign(call, principal, subnet);
      break;
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      if (attempt === mostAttempts) {
        call.warn(
          `Failed to create ${roleName} role assignment on the subnet ${subnet}. Ask an administrator to run: az role assignment create --assignee-object-id ${principal} --assignee-principal-type ServicePrincipal --role "${roleName}" --scope ${subnet}`,
        );
        return;
      }
      await clock.sleep(attempt * attemptPauseMs, signal);
      if (signal.aborted) throw new AzError('Interrupted.');
    }
  }
  call.progress(`AAD role propagation done[${'#'.repeat(36)}]  100.0000%`);
  await detect(call, principal, subnet);
}

async function assign(call: Call<Flags>, principal: string, subnet: string): Promise<void> {
  const { session } = call;
  const provider = `${subnet}/providers/Microsoft.Authorization`;
  const found = await session.arm.list(`${provider}/roleDefinitions`, '2022-05-01-preview', {
    $filter: `roleName eq '${roleName}'`,
  });
  const [definition] = found;
  if (found.length !== 1 || !definition) throw new AzError(`Role '${roleName}' doesn't exist.`);
  const principalId = await objectIdOf(call, principal);
  const path = `${provider}/roleAssignments/${call.context.random.uuid()}`;
  const body: JsonObject = {
    properties: { principalId, principalType: 'ServicePrincipal', roleDefinitionId: definition['id'] },
  };
  try {
    jsonObject(await session.arm.send({ method: 'PUT', path, apiVersion: '2022-04-01', body }));
  } catch (thrown) {
    if (!isRoleAssignmentExists(thrown)) throw thrown;
  }
}

async function detect(call: Call<Flags>, principal: string, subnet: string): Promise<void> {
  const { clock, signal } = call.context;
  for (let look = 1; look <= detections; look++) {
    const assignments = await call.session.arm.list(
      `${subnet}/providers/Microsoft.Authorization/roleAssignments`,
      '2022-04-01',
      { $filter: `assignedTo('${principal}') and atScope()` },
    );
    if (assignments.some((one) => isGrant(one, subnet))) return;
    await clock.sleep(detectionPauseMs, signal);
  }
  call.warn(
    `Role assignment for ${roleName} on subnet ${subnet} was not detected after ${(detections * detectionPauseMs) / 1000} seconds. The fleet may fail to be created.`,
  );
}

function isGrant(assignment: JsonObject, subnet: string): boolean {
  const properties = isObject(assignment['properties']) ? assignment['properties'] : {};
  const role = String(properties['roleDefinitionId'] ?? '').toLowerCase();
  return (
    role.endsWith(networkContributor) &&
    String(properties['scope'] ?? '').toLowerCase() === subnet.toLowerCase()
  );
}
