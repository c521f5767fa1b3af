import { defineCommand } from '../../../declaration.ts';
import { required, resourceGroup, text } from '../../../declare/flags.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { json } from '../../../http/arm-call.ts';
import { aksApiVersion, cluster } from '../noun.ts';
import { showResult, showRunning } from './show.ts';

/** `az aks command result`. */
export const command = defineCommand({
  words: 'aks command result',
  summary: "Fetch result from previously triggered 'aks command invoke'.",
  flags: {
    resourceGroup: resourceGroup(),
    name: required('--name -n', 'Name of the managed cluster.'),
    commandId: text('--command-id -i', 'The command ID from "aks command invoke".'),
  },
  reads: true,
  async run(call) {
    const { commandId: id, resourceGroup: group, name } = call.flags;
    if (!id) throw new AzError('CommandID cannot be empty.');
    const path = `${pathOf(cluster, call)}/commandResults/${encodeURIComponent(id)}`;
    const answer = await call.session.arm.send({ method: 'GET', path, apiVersion: aksApiVersion });
    if (answer.status !== 202) return showResult(call, json(answer));
    showRunning(call, json(answer), { group, name, id });
    return undefined;
  },
});
