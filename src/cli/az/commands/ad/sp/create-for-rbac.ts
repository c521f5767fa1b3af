import type { JsonObject } from '../../../../../base/index.ts';
import { type Call, defineCommand, type Flags } from '../../../declaration.ts';
import { integer, list, text, toggle } from '../../../declare/flags.ts';
import { addPassword, credentialWarning } from '../../../directory/credentials.ts';
import { AzError } from '../../../errors.ts';
import { callGraph, listGraph, odata } from '../../../http/graph.ts';
import { assignmentsPath } from '../../../role/assignments.ts';
import { isRoleAssignmentExists } from '../../../role/conflict.ts';
import { assignmentsApiVersion, roleIdOf } from '../../../role/definitions.ts';

/** `az ad sp create-for-rbac`. */
export const command = defineCommand({
  words: 'ad sp create-for-rbac',
  summary: 'Create an application with its service principal and a secret, and give it a role.',
  flags: {
    name: text('--name --display-name -n', 'Display name. Default: azure-cli- and the time.'),
    role: text('--role', 'Role of the service principal.'),
    scopes: list('--scopes', 'Scopes at which the role applies.'),
    years: integer('--years', 'Years for which the secret is good.', { defaultText: '1' }),
    jsonAuth: toggle('--json-auth --sdk-auth', 'Print in the form that SDKs read.'),
  },
  examples: [
    {
      text: 'Create a service principal that may administer a group.',
      command:
        'az ad sp create-for-rbac -n MyApp --role Contributor --scopes /subscriptions/ID/resourceGroups/GROUP',
    },
  ],
  async run(call) {
    const { flags, session, context, warn } = call;
    if ((flags.role === undefined) !== (flags.scopes === undefined)) {
      throw new AzError('Usage error: To create role assignments, specify both --role and --scopes.');
    }
    const displayName =
      flags.name ??
      `azure-cli-${new Date(context.clock.now()).toISOString().slice(0, 19).replace('T', '-').replace(/:/g, '-')}`;
    const app = await applicationOf(call, displayName);
    const password = await addPassword(session, context, {
      path: `/applications/${app['id']}`,
      displayName: 'rbac',
      years: flags.years,
    });
    const principal = await principalOf(call, String(app['appId']));
    for (const scope of flags.scopes ?? []) {
      warn(`Creating '${flags.role}' role assignment under scope '${scope}'`);
      await assign(call, { role: flags.role ?? '', scope, principalId: String(principal['id']) });
    }
    warn(credentialWarning);
    const { tenantId } = session.subscription;
    const appId = String(app['appId']);
    return flags.jsonAuth
      ? sdkForm(call, { appId, password, tenantId })
      : { appId, displayName, password, tenant: tenantId };
  },
});

async function applicationOf({ session, warn }: Call<Flags>, displayName: string): Promise<JsonObject> {
  const [known] = await listGraph(session, '/applications', `displayName eq '${odata(displayName)}'`);
  if (known) {
    warn(`Found an existing application instance: (id) ${known['id']}. We will patch it.`);
    return known;
  }
  const made = await callGraph(session, {
    method: 'POST',
    path: '/applications',
    body: { displayName, keyCredentials: [] },
  });
  if (!made) throw new AzError('Graph handed out no application.');
  return made;
}

async function principalOf({ session }: Call<Flags>, appId: string): Promise<JsonObject> {
  const [known] = await listGraph(
    session,
    '/servicePrincipals',
    `servicePrincipalNames/any(c:c eq '${appId}')`,
  );
  const body = { appId, accountEnabled: true };
  const made = known ?? (await callGraph(session, { method: 'POST', path: '/servicePrincipals', body }));
  if (!made) throw new AzError('Graph handed out no service principal.');
  return made;
}

interface Grant {
  readonly role: string;
  readonly scope: string;
  readonly principalId: string;
}

async function assign({ session, context }: Call<Flags>, { role, scope, principalId }: Grant): Promise<void> {
  const roleDefinitionId = await roleIdOf(session, role, scope);
  try {
    await session.arm.send({
      method: 'PUT',
      path: `${assignmentsPath(scope)}/${context.random.uuid()}`,
      apiVersion: assignmentsApiVersion,
      body: { properties: { roleDefinitionId, principalId, principalType: 'ServicePrincipal' } },
    });
  } catch (thrown) {
    if (!isRoleAssignmentExists(thrown)) throw thrown;
  }
}

function sdkForm(
  { session, warn }: Call<Flags>,
  made: { appId: string; password: string; tenantId: string },
): JsonObject {
  warn("Option '--sdk-auth' has been deprecated and will be removed in a future release.");
  const { estate } = session;
  return {
    clientId: made.appId,
    clientSecret: made.password,
    subscriptionId: session.subscriptionId,
    tenantId: made.tenantId,
    activeDirectoryEndpointUrl: estate.login,
    resourceManagerEndpointUrl: `${estate.resourceManager}/`,
    activeDirectoryGraphResourceId: null,
    sqlManagementEndpointUrl: null,
    galleryEndpointUrl: null,
    managementEndpointUrl: estate.audience,
  };
}
