import { defineCommand } from '../../declaration.ts';
import { required, resourceGroup, text, toggle } from '../../declare/flags.ts';
import { pathOf } from '../../declare/verbs.ts';
import { json } from '../../http/arm-call.ts';
import { credentialFlags, firstKubeconfig, writeCredentials } from '../../kubeconfig/credentials.ts';
import { cluster } from './noun.ts';

/** `az aks get-credentials`. */
export const command = defineCommand({
  words: 'aks get-credentials',
  summary: 'Get the kubeconfig of a managed Kubernetes cluster.',
  flags: {
    name: required('--name -n', 'Name of the managed cluster.'),
    resourceGroup: resourceGroup(),
    admin: toggle('--admin -a', "Get the cluster administrator's credentials instead of the user's."),
    format: text('--format', 'Format of the credential.', { choices: ['azure', 'exec'] }),
    publicFqdn: toggle('--public-fqdn', "Use the public host name of a private cluster's API server."),
    ...credentialFlags,
  },
  examples: [
    {
      text: 'Get the kubeconfig of a cluster.',
      command: 'az aks get-credentials --name MyManagedCluster --resource-group MyResourceGroup',
    },
  ],
  async run(call) {
    const { admin, file, context, overwriteExisting, format, publicFqdn } = call.flags;
    const action = admin ? 'listClusterAdminCredential' : 'listClusterUserCredential';
    const answer = json(
      await call.session.arm.send({
        method: 'POST',
        path: `${pathOf(cluster, call)}/${action}`,
        apiVersion: cluster.apiVersion,
        query: { format: admin ? undefined : format, 'server-fqdn': publicFqdn ? 'public' : undefined },
      }),
    );
    const written = await writeCredentials(call, firstKubeconfig(answer), {
      file,
      context,
      overwrite: overwriteExisting,
    });
    if (written) call.warn(written.sentence);
    return undefined;
  },
});
