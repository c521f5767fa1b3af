import { isObject, type Json } from '../../../../base/index.ts';
import { type Call, defineCommand, type Flags } from '../../declaration.ts';
import { required, resourceGroup, text } from '../../declare/flags.ts';
import { pathOf } from '../../declare/verbs.ts';
import { AzError } from '../../errors.ts';
import { parseResourceId } from '../../ids.ts';
import { credentialFlags, firstKubeconfig, writeCredentials } from '../../kubeconfig/credentials.ts';
import { fleet } from './noun.ts';

const clusterType = 'microsoft.containerservice/managedclusters';

/** `az fleet get-credentials`. */
export const command = defineCommand({
  words: 'fleet get-credentials',
  summary: "Get the kubeconfig of a fleet's hub cluster, or of a member.",
  flags: {
    name: required('--name -n', 'Specify the fleet name.'),
    resourceGroup: resourceGroup(),
    member: text('--member -m', "Name of a member whose cluster's kubeconfig is wanted."),
    ...credentialFlags,
  },
  examples: [
    {
      text: "Get a fleet's hub cluster kubeconfig.",
      command: 'az fleet get-credentials -g MyFleetResourceGroup -n MyFleetName',
    },
  ],
  async run(call) {
    const { file, context, overwriteExisting, member } = call.flags;
    const answer =
      member === undefined
        ? await call.session.arm.post(`${pathOf(fleet, call)}/listCredentials`, fleet.apiVersion)
        : await memberCredentials(call, member);
    const written = await writeCredentials(call, firstKubeconfig(answer), {
      file,
      context: context ?? member,
      overwrite: overwriteExisting,
    });
    if (written) call.print(written.sentence);
    return undefined;
  },
});

async function memberCredentials(call: Call<Flags>, name: string): Promise<Json | undefined> {
  const { arm } = call.session;
  const member = await arm.get(
    `${pathOf(fleet, call)}/members/${encodeURIComponent(name)}`,
    fleet.apiVersion,
  );
  const properties = isObject(member['properties']) ? member['properties'] : {};
  const id = String(properties['clusterResourceId'] ?? '');
  const parts = parseResourceId(id);
  if (!parts || `${parts.namespace}/${parts.type}`.toLowerCase() !== clusterType) {
    throw new AzError(
      `Fleet member '${name}' is not associated with an AKS managed cluster. Currently, only AKS managed clusters are supported for this command.`,
    );
  }
  try {
    return await arm.post(`${id}/listClusterUserCredential`, '2026-06-01');
  } catch (thrown) {
    if (!(thrown instanceof AzError)) throw thrown;
    throw new AzError(
      `Failed to get credentials from managed cluster '${parts.names[0]}' for fleet member '${name}'`,
      { advice: [thrown.message] },
    );
  }
}
