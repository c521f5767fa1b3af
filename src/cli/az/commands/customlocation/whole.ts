import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../../../../base/index.ts';
import type { Call, Flags, Values } from '../../declaration.ts';
import { location, noWait, required, requiredList, resourceGroup, tags, text } from '../../declare/flags.ts';
import { putResource } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { expandHome } from '../../parse/files.ts';
import { locationOrGroups } from '../../shape/location.ts';
import { customLocation } from './noun.ts';

export const identityFlag = text('--assign-identity', 'Identity of the custom location.', {
  choices: ['None', 'SystemAssigned'],
});
export const kubeconfigFlag = text('--kubeconfig', 'Kubeconfig file of the host cluster.');

/** What a custom location is made of, and made of anew by `update`. */
export const wholeFlags = {
  name: required('--name -n', 'Name of the custom location.'),
  resourceGroup: resourceGroup(),
  namespace: required('--namespace', 'Namespace of the host cluster that the location maps to.'),
  host: required('--host-resource-id', 'ID of the host cluster.'),
  extensions: requiredList('--cluster-extension-ids -c', 'IDs of cluster extensions.'),
  kubeconfig: kubeconfigFlag,
  location: location(),
  identity: identityFlag,
  tags: tags(),
  noWait: noWait(),
} as const;

/** Sends the whole location. */
export async function putWhole(
  call: Call<Flags> & { readonly flags: Values<typeof wholeFlags> },
): Promise<Json | undefined> {
  const { flags, session } = call;
  const namespace = 'Microsoft.ExtendedLocation';
  const provider = await session.arm.get(
    `/subscriptions/${session.subscriptionId}/providers/${namespace}`,
    '2024-11-01',
  );
  if (provider['registrationState'] !== 'Registered') {
    throw new AzError(`The ${namespace} resource provider is not registered.`, {
      advice: [`az provider register -n ${namespace} --wait`],
    });
  }
  return putResource(customLocation, call, {
    location: await locationOrGroups(session, flags.location, flags.resourceGroup),
    ...(flags.tags ? { tags: flags.tags } : {}),
    ...(flags.identity ? { identity: { type: flags.identity } } : {}),
    properties: {
      hostType: 'Kubernetes',
      displayName: flags.name,
      namespace: flags.namespace,
      clusterExtensionIds: flags.extensions,
      hostResourceId: flags.host,
      ...authentication(call, flags.kubeconfig),
    },
  });
}

/** The kubeconfig of the host cluster as it is sent; nothing when none is named. */
export function authentication(
  { context }: Pick<Call<Flags>, 'context'>,
  file: string | undefined,
): JsonObject {
  if (file === undefined) return {};
  const value = readFileSync(expandHome(file, context)).toString('base64');
  return { authentication: { value } };
}
