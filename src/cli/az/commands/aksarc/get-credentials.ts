import { defineCommand } from '../../declaration.ts';
import { required, resourceGroup, toggle } from '../../declare/flags.ts';
import { credentialFlags, firstKubeconfig, writeCredentials } from '../../kubeconfig/credentials.ts';
import { kubeconfigHolder, runArcAction } from './noun.ts';

/** `az aksarc get-credentials`. */
export const command = defineCommand({
  words: 'aksarc get-credentials',
  summary: 'Get the kubeconfig of an AKS Arc cluster.',
  flags: {
    name: required('--name -n', 'Name of the AKS Arc cluster.'),
    resourceGroup: resourceGroup(),
    admin: toggle('--admin -a', "Get the cluster administrator's credentials instead of the user's."),
    ...credentialFlags,
  },
  async run(call) {
    const { admin, file, context, overwriteExisting } = call.flags;
    const answer = await runArcAction(call, admin ? 'listAdminKubeconfig' : 'listUserKubeconfig');
    const written = await writeCredentials(call, firstKubeconfig(kubeconfigHolder(answer)), {
      file,
      context,
      overwrite: overwriteExisting,
    });
    if (written) call.print(written.sentence);
    return undefined;
  },
});
