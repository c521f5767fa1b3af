import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../support/belongings.ts';
import { TestEstate } from './estate.ts';

let estate: TestEstate;
const folder = temporaryFolder('stages');
const names = ['dev1', 'dev2', 'prod1'];

/** As the pages have their readers set them. */
const variables = 'export GROUP=rg FLEET=fleet STRATEGY=strategy';

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`${variables}
    az group create -n $GROUP -l eastus
    az fleet create --resource-group $GROUP --name $FLEET`);
  for (const name of names) {
    await estate.succeeds(`${variables}
      az aks create -g $GROUP -n ${name} --node-count 1 --no-ssh-key --kubernetes-version 1.33.4
      az fleet member create --resource-group $GROUP --fleet-name $FLEET --name ${name} \\
        --member-cluster-id $(az aks show -g $GROUP -n ${name} --query id -o tsv) --update-group ${name.slice(0, -1)}
      az aks get-credentials -g $GROUP -n ${name} --admin --file $KUBECONFIG.${name}`);
  }
});
after(() => estate?.[Symbol.asyncDispose]());

const stagesFile = async (name: string, stages: unknown) => {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify({ stages }, undefined, 4));
  return file;
};
/** What kubectl says of a member: the release of its API server and of its kubelets. */
const versions = (name: string) => `
  kubectl --kubeconfig $KUBECONFIG.${name} version 2>/dev/null | sed -n 's/^Server Version: //p'
  kubectl --kubeconfig $KUBECONFIG.${name} get nodes -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}{"\\n"}'`;
const waitFor = (run: string, state: string) =>
  `az fleet updaterun wait -g $GROUP -f $FLEET --update-run-name ${run} --custom "status.status.state=='${state}'" --interval 1`;

test('a strategy with approvals moves the versions of its members, stage by stage', async () => {
  const file = await stagesFile('example-stages.json', [
    {
      name: 'stage-1',
      beforeGates: [{ displayName: 'stage before gate', type: 'Approval' }],
      afterGates: [{ displayName: 'stage after gate', type: 'Approval' }],
      groups: [{ name: 'dev', maxConcurrency: '100%' }],
    },
    { name: 'stage-2', groups: [{ name: 'prod' }] },
  ]);
  const { stdout } = await estate.succeeds(`${variables}
    az fleet updatestrategy create --resource-group $GROUP --fleet-name $FLEET --name $STRATEGY --stages ${file} --query name -o tsv
    az fleet updaterun create --resource-group $GROUP --fleet-name $FLEET --name run-1 --upgrade-type Full --kubernetes-version 1.34.1 \\
      --node-image-selection Latest --update-strategy-name $STRATEGY | head -1
    az fleet updaterun start --resource-group $GROUP --fleet-name $FLEET --name run-1 --query name -o tsv
    ${waitFor('run-1', 'Pending')}
    az fleet updaterun show --resource-group $GROUP --fleet-name $FLEET --name run-1 --query "status.stages[].beforeGates[].[displayName,status.state]" -o tsv
    GATE=$(az fleet gate list --resource-group $GROUP --fleet-name $FLEET --state Pending --query '[0].name' -o tsv)
    ${versions('dev1')}
    az fleet gate approve --resource-group $GROUP --fleet-name $FLEET --name $GATE --query state -o tsv
    ${waitFor('run-1', 'Pending')}
    ${versions('dev1')}
    ${versions('prod1')}
    GATE=$(az fleet gate list --resource-group $GROUP --fleet-name $FLEET --gate-type Approval --state Pending --query '[0].name' -o tsv)
    az fleet gate update --resource-group $GROUP --fleet-name $FLEET --gate-name $GATE --state Completed --query displayName -o tsv
    ${waitFor('run-1', 'Completed')}
    ${versions('dev2')}
    ${versions('prod1')}`);
  assert.deepEqual(stdout.trim().split('\n'), [
    'strategy',
    'After successfully creating the run, you need to use the following command to start the run:' +
      'az fleet updaterun start --resource-group=rg --fleet=fleet --name=run-1',
    'run-1',
    'stage before gate\tPending',
    ...['v1.33.4', 'v1.33.4'],
    'Completed',
    ...['v1.34.1', 'v1.34.1'],
    ...['v1.33.4', 'v1.33.4'],
    'stage after gate',
    ...['v1.34.1', 'v1.34.1'],
    ...['v1.34.1', 'v1.34.1'],
  ]);
});

test('a run that was stopped and a server that was killed go on where they were', async () => {
  const file = await stagesFile('example-groups.json', [
    { name: 'stage1', groups: [{ name: 'dev' }], afterStageWaitInSeconds: 3600 },
    { name: 'stage2', groups: [{ name: 'prod' }] },
  ]);
  await estate.succeeds(`${variables}
    az fleet updaterun create --resource-group $GROUP --fleet-name $FLEET --name run-2 --upgrade-type Full --kubernetes-version 1.34.2 --stages ${file}
    az fleet updaterun start --resource-group $GROUP --fleet-name $FLEET --name run-2
    az fleet updaterun wait -g $GROUP -f $FLEET --update-run-name run-2 --custom "status.stages[0].afterStageWaitStatus.status.state=='Running'" --interval 1
    az fleet updaterun stop --resource-group $GROUP --fleet-name $FLEET --name run-2
    ${waitFor('run-2', 'Stopped')}`);
  await estate.kill();
  await estate.restart();
  const { stdout } = await estate.succeeds(`${variables}
    az fleet updaterun show -g $GROUP -f $FLEET -n run-2 --query '[status.status.state, status.stages[0].status.state, status.stages[1].status.state]' -o tsv
    az fleet updaterun start --resource-group $GROUP --fleet-name $FLEET --name run-2 --query name -o tsv
    az fleet updaterun skip --resource-group $GROUP --fleet-name $FLEET --name run-2 --targets AfterStageWait:stage1 --query name -o tsv
    ${waitFor('run-2', 'Completed')}
    az fleet updaterun show -g $GROUP -f $FLEET -n run-2 --query 'status.stages[0].afterStageWaitStatus.status.state' -o tsv
    ${versions('prod1')}
    az fleet updaterun delete --resource-group $GROUP --fleet-name $FLEET --name run-2 --yes
    az fleet updaterun list --resource-group $GROUP --fleet-name $FLEET --query '[].name' -o tsv`);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['Stopped', 'Stopped', 'NotStarted'],
    ...['run-2', 'run-2'],
    'Skipped',
    ...['v1.34.2', 'v1.34.2'],
    'run-1',
  ]);
});

test('the version of the page that is older than the members fails the run with the reason', async () => {
  const { stdout } = await estate.succeeds(`${variables}
    az fleet updaterun create --resource-group $GROUP --fleet-name $FLEET --name run-3 --upgrade-type Full --kubernetes-version 1.26.0 --node-image-selection Latest >/dev/null
    az fleet updaterun start --resource-group $GROUP --fleet-name $FLEET --name run-3 >/dev/null
    ${waitFor('run-3', 'Failed')}
    az fleet updaterun show -g $GROUP -f $FLEET -n run-3 --query status.status.error.message -o tsv`);
  assert.match(stdout, /^The update of the member 'dev1' failed: .*1\.26\.0/);
});
