import { isObject, type JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { noWait, required, resourceGroup, text } from '../../../declare/flags.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { updateRun, updateStrategy } from '../update-nouns.ts';

const flags = {
  name: required('--name -n', 'Specify name for the update run.'),
  resourceGroup: resourceGroup(),
  fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
  upgradeType: required('--upgrade-type', 'What is upgraded.', {
    choices: ['ControlPlaneOnly', 'Full', 'NodeImageOnly'],
  }),
  kubernetesVersion: text(
    '--kubernetes-version',
    'Kubernetes version to upgrade to, such as 1.33.4 or 1.33.',
  ),
  nodeImageSelection: text('--node-image-selection', 'How node images are chosen.', {
    choices: ['Consistent', 'Latest'],
    defaultText: 'Latest',
  }),
  stages: text('--stages', 'Stages of the run: path of a JSON file, or the JSON itself.'),
  updateStrategyName: text(
    '--update-strategy-name',
    'Name of the update strategy whose stages are used. Without it and without --stages, members are updated one by one.',
  ),
  noWait: noWait(),
} as const;

/** `az fleet updaterun create`. */
export const command = defineCommand({
  words: 'fleet updaterun create',
  summary: 'Create an update run. It does nothing until it is started.',
  flags,
  examples: [
    {
      text: 'Create an update run that upgrades all members one by one.',
      command:
        'az fleet updaterun create -g MyResourceGroup -f MyFleet -n MyUpdateRun --upgrade-type Full --kubernetes-version 1.33.4 --node-image-selection Latest',
    },
    {
      text: 'Create an update run with stages of its own.',
      command:
        'az fleet updaterun create -g MyResourceGroup -f MyFleet -n MyUpdateRun --upgrade-type Full --kubernetes-version 1.33.4 --stages ./stages.json',
    },
    {
      text: 'Create an update run with the stages of a strategy.',
      command:
        'az fleet updaterun create -g MyResourceGroup -f MyFleet -n MyUpdateRun --update-strategy-name MyStrategy --upgrade-type NodeImageOnly --node-image-selection Consistent',
    },
  ],
  async run(call) {
    const { upgradeType, kubernetesVersion, nodeImageSelection, stages, updateStrategyName } = call.flags;
    check({ upgradeType, kubernetesVersion });
    if (stages !== undefined && updateStrategyName !== undefined) {
      throw new AzError('Cannot set stages when update strategy name is set.');
    }
    const { strategyOf } = await import('../stages.ts');
    const strategyPath = updateStrategy.path.replace('{name}', '{updateStrategyName}');
    const properties: JsonObject = {
      ...(updateStrategyName === undefined ? {} : { updateStrategyId: pathOf({ path: strategyPath }, call) }),
      ...(stages === undefined ? {} : { strategy: strategyOf(stages, call.context) }),
      managedClusterUpdate: {
        upgrade: { type: upgradeType, ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }) },
        nodeImageSelection: { type: nodeImageSelection ?? 'Latest' },
      },
    };
    const { resourceGroup, fleetName, name } = call.flags;
    const hint =
      'After successfully creating the run, you need to use the following command to start the run:' +
      `az fleet updaterun start --resource-group=${resourceGroup} --fleet=${fleetName} --name=${name}`;
    const answer = await call.session.arm.long({
      method: 'PUT',
      path: pathOf(updateRun, call),
      apiVersion: updateRun.apiVersion,
      body: { properties },
      noWait: call.flags.noWait,
      onAccepted: () => call.print(hint),
    });
    return isObject(answer) ? updateRun.present(answer) : undefined;
  },
});

function check(given: { upgradeType: string; kubernetesVersion: string | undefined }): void {
  const { upgradeType, kubernetesVersion } = given;
  if (kubernetesVersion !== undefined && !/^v?\d+\.\d+(?:\.\d+)?$/.test(kubernetesVersion)) {
    throw new AzError(
      '--kubernetes-version should be the full version number or alias minor version, such as "1.7.12" or "1.7"',
    );
  }
  if (upgradeType === 'NodeImageOnly' && kubernetesVersion !== undefined) {
    throw new AzError("Cannot set kubernetes version when upgrade type is 'NodeImageOnly'.");
  }
  if (upgradeType !== 'NodeImageOnly' && kubernetesVersion === undefined) {
    throw new AzError(`Please set kubernetes version when upgrade type is 'Full'.`);
  }
}
