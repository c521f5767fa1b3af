import { defineCommand } from '../../declaration.ts';
import { required, resourceGroup, text } from '../../declare/flags.ts';
import { pathOf } from '../../declare/verbs.ts';
import { credentialFlags, firstKubeconfig, writeCredentials } from '../../kubeconfig/credentials.ts';
import { fleetCredentials } from './credentials.ts';
import { fleet } from './noun.ts';

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
    {
      text: "Get a fleet member's kubeconfig.",
      command: 'az fleet get-credentials -g MyFleetResourceGroup -n MyFleetName --member MyMemberName',
    },
  ],
  async run(call) {
    const { file, context, overwriteExisting, member } = call.flags;
    const answer = await fleetCredentials(call.session, pathOf(fleet, call), member);
    const written = await writeCredentials(call, firstKubeconfig(answer), {
      file,
      context: context ?? member,
      overwrite: overwriteExisting,
    });
    if (written) call.print(written.sentence);
    return undefined;
  },
});
