import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { required, resourceGroup, text } from '../../../declare/flags.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { credentialFlags, firstKubeconfig, writeCredentials } from '../../../kubeconfig/credentials.ts';
import { kubeconfigText, readKubeconfig } from '../../../kubeconfig/merge.ts';
import { fleetCredentials } from '../credentials.ts';
import { fleet } from '../noun.ts';
import { previewNotice } from './options.ts';

/** `az fleet namespace get-credentials`. */
export const command = defineCommand({
  words: 'fleet namespace get-credentials',
  summary: 'Get a kubeconfig whose default namespace is the managed namespace.',
  notice: previewNotice,
  flags: {
    resourceGroup: resourceGroup(),
    fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
    name: required('--name -n', 'Specify the managed namespace name.'),
    member: text('--member -m', "Name of a member whose cluster's kubeconfig is wanted."),
    context: credentialFlags.context,
    // `-f` is the fleet here.
    file: { ...credentialFlags.file, names: ['--file'] },
    overwriteExisting: {
      ...credentialFlags.overwriteExisting,
      help: 'Ask before an existing entry of the same name is overwritten, which is done without asking otherwise.',
    },
  },
  examples: [
    {
      text: 'Get the kubeconfig of the hub with the namespace as default.',
      command: 'az fleet namespace get-credentials -g MyFleetResourceGroup -f MyFleetName -n my-namespace',
    },
    {
      text: 'Get that of a member.',
      command:
        'az fleet namespace get-credentials -g MyFleetResourceGroup -f MyFleetName -n my-namespace --member member1',
    },
  ],
  async run(call) {
    const { file, context, overwriteExisting, member, fleetName, name } = call.flags;
    const fleetPath = pathOf({ path: fleet.path.replace('{name}', '{fleetName}') }, call);
    const answer = await fleetCredentials(call.session, fleetPath, member);
    const folder = mkdtempSync(join(tmpdir(), 'drydock-'));
    try {
      const passing = join(folder, `${fleetName}.kubeconfig`);
      const first = await writeCredentials(call, firstKubeconfig(answer), {
        file: passing,
        context: context ?? member,
        overwrite: true,
      });
      if (first) call.print(first.sentence);
      const config = withNamespace(readFileSync(passing, 'utf8'), name);
      const written = await writeCredentials(call, kubeconfigText(config), {
        file,
        context: undefined,
        overwrite: !overwriteExisting,
      });
      if (!written) return undefined;
      call.print(written.sentence);
      call.print(`Default namespace set to '${name}' for context '${written.context}'`);
      return undefined;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

/** The kubeconfig with `namespace` in its current context. */
function withNamespace(text: string, namespace: string): JsonObject {
  const config = readKubeconfig(text, 'the kubeconfig of the service');
  if (!config) throw new AzError('Fail to find kubeconfig file.');
  const contexts = Array.isArray(config['contexts']) ? config['contexts'] : [];
  for (const one of contexts) {
    if (!isObject(one) || one['name'] !== config['current-context'] || !isObject(one['context'])) continue;
    one['context']['namespace'] = namespace;
  }
  return config;
}
