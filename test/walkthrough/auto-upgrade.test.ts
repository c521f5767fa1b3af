import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drydock, TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  const swift = ['--control-plane-upgrade-seconds', '0', '--node-start-seconds', '0'];
  estate = await TestEstate.start(...swift, '--node-reimage-seconds', '0');
  await estate.succeeds(`
    az group create -n rg -l eastus
    az fleet create -g rg -n fleet
    for NAME in m1 m2; do
      az aks create -g rg -n $NAME --node-count 1 --no-ssh-key --kubernetes-version 1.33.2
      az fleet member create -g rg --fleet-name fleet -n $NAME --member-cluster-id $(az aks show -g rg -n $NAME --query id -o tsv)
    done`);
});

after(() => estate?.[Symbol.asyncDispose]());

const profile = '-g rg --fleet-name fleet --name';
const runs = (query: string) =>
  `az fleet updaterun list -g rg --fleet-name fleet --query "[?contains(autoUpgradeProfileId, '/patches')].${query}" -o tsv`;

test('a profile is made as the page types it, listed, shown and refused in the words of the service', async () => {
  const { stdout, stderr } = await estate.script(`set +e
    STRATEGYID=$(az fleet updatestrategy create ${profile} strategy --stages '{"stages":[{"name":"all","groups":[{"name":"none"}]}]}' --query id -o tsv)
    az fleet autoupgradeprofile create ${profile} stable --channel Stable --query '[channel,disabled,provisioningState]' -o tsv
    az fleet autoupgradeprofile create ${profile} ordered --update-strategy-id $STRATEGYID --channel Stable --node-image-selection Consistent --query '[channel,nodeImageSelection.type]' -o tsv
    az fleet autoupgradeprofile create ${profile} images --channel NodeImage --disabled --query '[channel,disabled]' -o tsv
    az fleet autoupgradeprofile create ${profile} lts --channel TargetKubernetesVersion --target-kubernetes-version 1.29 --long-term-support --query '[targetKubernetesVersion,longTermSupport]' -o tsv
    az fleet autoupgradeprofile create ${profile} secure --channel SecurityPatch --query channel -o tsv
    az fleet autoupgradeprofile list -g rg --fleet-name fleet --query '[].name' -o tsv
    az fleet autoupgradeprofile wait -g rg --fleet-name fleet --profile-name stable --created && echo waited
    az fleet updatestrategy delete ${profile} strategy --yes
    az fleet autoupgradeprofile create ${profile} no --channel Stable --update-strategy-id nonsense
    az fleet autoupgradeprofile create ${profile} no --channel NodeImage --node-image-selection Latest
    az fleet autoupgradeprofile create ${profile} no --channel TargetKubernetesVersion
    az fleet autoupgradeprofile create ${profile} no --channel Stable --tkv 1.33
    az fleet autoupgradeprofile generate-update-run ${profile} lts
    az fleet autoupgradeprofile delete ${profile} ordered --yes
    az fleet autoupgradeprofile show ${profile} ordered`);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['Stable', 'false', 'Succeeded', 'Stable', 'Consistent', 'NodeImage', 'true', '1.29', 'true'],
    ...['SecurityPatch', 'images', 'lts', 'ordered', 'secure', 'stable', 'waited'],
  ]);
  for (const refusal of [
    /\(OperationNotAllowed\) The update strategy 'strategy' cannot be deleted: it is used by '\S+\/autoUpgradeProfiles\/ordered'/,
    /--update-strategy-id is not a valid Azure resource ID\./,
    /node_image_selection must NOT be populated when channel type `NodeImage` is selected/,
    /AutoUpgradeProfileProperties\.TargetKubernetesVersion/,
    /targetKubernetesVersion.*only with the channel 'TargetKubernetesVersion'/,
    /No version is available for the channel 'TargetKubernetesVersion' and the Kubernetes version 1\.29 yet\./,
    /\(ResourceNotFound\)/,
  ])
    assert.match(stderr, refusal);
});

test('a release brings a run by itself, which moves every member; a disabled profile and an old release bring none', async () => {
  await estate.succeeds(
    `az fleet autoupgradeprofile create ${profile} patches --channel TargetKubernetesVersion --tkv 1.33`,
  );
  const released = await drydock('release', '1.33.9', '--home', estate.home);
  assert.equal(released.stdout, 'The Kubernetes version 1.33.9 is released.\n');
  const { stdout } = await estate.succeeds(`
    az aks get-versions -l eastus --query "values[?version=='1.33'].patchVersions.keys(@)[]" -o tsv | grep -c '1.33.9'
    until [ "$(${runs('status.status.state')})" = Completed ]; do sleep 0.5; done
    ${runs('managedClusterUpdate.upgrade.kubernetesVersion')}
    az aks list -g rg --query '[].[currentKubernetesVersion,agentPoolProfiles[0].currentOrchestratorVersion]' -o tsv
    az fleet autoupgradeprofile show ${profile} patches --query 'autoUpgradeProfileStatus.[lastTriggerStatus,lastTriggerUpgradeVersions[0]]' -o tsv
    az fleet updaterun list -g rg --fleet-name fleet --query 'length([])'`);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['1', '1.33.9', '1.33.9\t1.33.9', '1.33.9\t1.33.9', 'Succeeded', '1.33.9', '1'],
  ]);
  const again = await drydock('release', '1.33.9', '--home', estate.home);
  assert.deepEqual([again.code, again.stderr], [1, 'drydock release: 1.33.9 is offered already\n']);
  const nonsense = await drydock('release', '1.99.0', '--home', estate.home);
  assert.match(nonsense.stderr, /1\.99\.0 is of no minor version from 1\.31 to 1\.37/);
});

test('a run that is asked for waits for its start, and brings the images of the day', async () => {
  await drydock('release', 'AKSUbuntu-2204gen2containerd-202512.03.0', '--home', estate.home);
  const image = 'AKSUbuntu-2204gen2containerd-202512.03.0';
  const { stdout } = await estate.succeeds(`
    az fleet updaterun list -g rg --fleet-name fleet --query "length([?contains(autoUpgradeProfileId, '/images')])"
    RUN=$(az fleet autoupgradeprofile generate-update-run ${profile} images --query id -o tsv)
    az fleet updaterun show --ids $RUN --query status.status.state -o tsv 2>/dev/null || az fleet updaterun show ${profile} $(basename $RUN) --query status.status.state -o tsv
    until [ "$(az fleet updaterun list -g rg --fleet-name fleet --query "[?contains(autoUpgradeProfileId, '/secure')].status.status.state" -o tsv)" = Completed ]; do sleep 0.5; done
    az aks get-credentials -g rg -n m1 --admin --file $KUBECONFIG.m1
    az aks show -g rg -n m1 --query '[agentPoolProfiles[0].nodeImageVersion,currentKubernetesVersion]' -o tsv
    kubectl --kubeconfig $KUBECONFIG.m1 get nodes -o jsonpath='{.items[*].metadata.labels.kubernetes\\.azure\\.com/node-image-version}{"\\n"}'
    az aks nodepool get-upgrades -g rg --cluster-name m1 --nodepool-name nodepool1 --query latestNodeImageVersion -o tsv`);
  assert.deepEqual(stdout.trim().split('\n'), ['0', 'NotStarted', image, '1.33.9', image, image]);
});
