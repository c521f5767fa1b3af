import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

let estate: TestEstate;

const names = 'export GROUP=fleet-rg FLEET=my-fleet MEMBER_CLUSTER_1=member-1 MEMBER_CLUSTER_2=member-2\n';

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`${names}
    az group create -n $GROUP -l eastus
    az fleet create -g $GROUP -n $FLEET --enable-hub
    ROLE='Azure Kubernetes Fleet Manager RBAC Cluster Admin'
    az role assignment create --role "$ROLE" --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g $GROUP -n $FLEET --query id -o tsv)
    for n in 1 2 3; do
      az aks create -g $GROUP -n member-$n --node-count 1 --no-ssh-key
      az fleet member create -g $GROUP --fleet-name $FLEET -n member-$n --member-cluster-id $(az aks show -g $GROUP -n member-$n --query id -o tsv)
      az aks get-credentials -g $GROUP -n member-$n --admin --file $KUBECONFIG.member-$n
    done
    az fleet member update --resource-group $GROUP --fleet-name $FLEET --name $MEMBER_CLUSTER_1 --labels environment=canary
    az fleet member update --resource-group $GROUP --fleet-name $FLEET --name $MEMBER_CLUSTER_2 --labels environment=staging
    az fleet member update --resource-group $GROUP --fleet-name $FLEET --name member-3 --labels environment=staging
    az fleet get-credentials --resource-group $GROUP --name $FLEET`);
});
after(() => estate?.[Symbol.asyncDispose]());

const run = 'clusterstagedupdaterun staged-rollout-test-app';
const until = (object: string, type: string, status: string) =>
  `timeout 90 kubectl wait ${object} --for=condition=${type}=${status} --timeout=90s >/dev/null\n`;

test('the strategy, the placement and the run of the page, which does nothing before it is started', async () => {
  const { stdout, stderr } = await estate.succeeds(`
    kubectl create namespace test-app >/dev/null
    kubectl apply -f - >/dev/null <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: test-app }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx:1.27 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: test-app }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
YAML
    kubectl apply -f - <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterStagedUpdateStrategy
metadata: { name: two-stages-strategy }
spec:
  stages:
  - name: staging
    labelSelector: { matchLabels: { environment: staging } }
    maxConcurrency: 1
    afterStageTasks: [{ type: TimedWait, waitTime: 2s }]
  - name: canary
    labelSelector: { matchLabels: { environment: canary } }
    maxConcurrency: 50%
    beforeStageTasks: [{ type: Approval }]
YAML
    kubectl get clusterstagedupdatestrategy two-stages-strategy
    kubectl apply -f - <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata: { name: distribute-test-app }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, name: test-app, version: v1 }]
  policy: { placementType: PickAll }
  strategy: { type: External }
---
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterStagedUpdateRun
metadata: { name: staged-rollout-test-app }
spec: { placementName: distribute-test-app, stagedRolloutStrategyName: two-stages-strategy, state: Initialize }
YAML
    ${until(run, 'Initialized', 'True')}
    kubectl get ${run}
    kubectl get csur -o wide
    kubectl get clusterresourceplacement distribute-test-app
    kubectl get crp distribute-test-app -o jsonpath='{.status.conditions[?(@.type=="ClusterResourcePlacementRolloutStarted")].reason}'`);
  assert.equal(stderr, '');
  assert.match(stdout, /^NAME +AGE\ntwo-stages-strategy +\S+$/m);
  assert.match(
    stdout,
    /^NAME +PLACEMENT +RESOURCE-SNAPSHOT-INDEX +POLICY-SNAPSHOT-INDEX +INITIALIZED +PROGRESSING +SUCCEEDED +AGE\nstaged-rollout-test-app +distribute-test-app + 0 +True +\S+$/m,
  );
  assert.match(stdout, /AGE +STRATEGY\nstaged-rollout-test-app .* two-stages-strategy$/m);
  assert.match(stdout, /^distribute-test-app +1 +True +1 +\S+$/m);
  assert.match(stdout, /RolloutControlledByExternalController$/);
});

test('started, the run brings the application to the staging clusters, waits, and asks before the canary', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl patch ${run} --type merge -p '{"spec":{"state":"Run"}}'
    timeout 120 kubectl wait clusterapprovalrequest staged-rollout-test-app-before-canary --for=create --timeout=120s >/dev/null
    ${until(run, 'Progressing', 'False')}
    kubectl get ${run}
    kubectl describe ${run}
    for n in 2 3; do kubectl --kubeconfig $KUBECONFIG.member-$n -n test-app get deployment web -o name; done
    kubectl --kubeconfig $KUBECONFIG.member-1 get namespace test-app 2>&1 || true
    kubectl get clusterapprovalrequest
    kubectl get clusterapprovalrequest -n test-app`);
  assert.match(stdout, /^staged-rollout-test-app +distribute-test-app + 0 +True +False +\S+$/m);
  for (const line of [
    /Message: +The updateRun is waiting for before-stage tasks in stage canary to complete/,
    /Reason: +AfterStageTaskWaitTimeElapsed/,
    /Reason: +StageTaskApprovalRequestCreated/,
    /Approval Request Name: +staged-rollout-test-app-before-canary/,
    /Reason: +ClusterUpdatingSucceeded/,
    /Stage Name: +kubernetes-fleet.io\/deleteStage/,
    /Wait Time: +2s/,
  ]) {
    assert.match(stdout, line);
  }
  assert.equal(stdout.match(/^deployment.apps\/web$/gm)?.length, 2);
  assert.match(stdout, /namespaces "test-app" not found/);
  const requests = stdout.match(
    /^NAME +UPDATE-RUN +STAGE +APPROVED +AGE\nstaged-rollout-test-app-before-canary +staged-rollout-test-app +canary +\S+$/gm,
  );
  assert.equal(requests?.length, 2, stdout);
});

test('a run that is stopped goes on where it was, and an approval lets it come to its end', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl patch ${run} --type merge -p '{"spec":{"state":"Stop"}}'
    timeout 60 kubectl wait ${run} --for=jsonpath='{.status.conditions[?(@.type=="Progressing")].reason}'=UpdateRunStopped >/dev/null
    kubectl get ${run}
    kubectl patch ${run} --type merge -p '{"spec":{"state":"Initialize"}}' 2>&1 || true
    kubectl patch ${run} --type merge -p '{"spec":{"state":"Run"}}'
    cat << EOF > $KUBECONFIG.approval.json
{"status":{"conditions":[{"type":"Approved","status":"True","reason":"reviewed","message":"go on","lastTransitionTime":"$(date -u +%Y-%m-%dT%H:%M:%SZ)","observedGeneration":1}]}}
EOF
    kubectl patch clusterapprovalrequests staged-rollout-test-app-before-canary --type='merge' --subresource=status --patch-file $KUBECONFIG.approval.json
    ${until('clusterapprovalrequest/staged-rollout-test-app-before-canary', 'ApprovalAccepted', 'True')}
    kubectl get clusterapprovalrequest staged-rollout-test-app-before-canary
    ${until(run, 'Succeeded', 'True')}
    kubectl get ${run}
    kubectl --kubeconfig $KUBECONFIG.member-1 -n test-app get deployment web -o name
    ${until('crp/distribute-test-app', 'ClusterResourcePlacementAvailable', 'True')}
    kubectl get crp distribute-test-app -o jsonpath='index {.status.observedResourceIndex}{"\\n"}'`);
  assert.match(stdout, /invalid state transition: cannot transition from Stop to Initialize/);
  assert.match(
    stdout,
    /^staged-rollout-test-app-before-canary +staged-rollout-test-app +canary +True +\S+$/m,
  );
  assert.match(stdout, /^staged-rollout-test-app +distribute-test-app + 0 +True +False +True +\S+$/m);
  assert.match(stdout, /^deployment.apps\/web\nindex 0\n/m);
});

test('whoever may not write approvals approves nothing', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl create serviceaccount reader -n default >/dev/null
    kubectl create clusterrole reader --verb=get,list,patch --resource=clusterapprovalrequests >/dev/null
    kubectl create clusterrolebinding reader --clusterrole reader --serviceaccount default:reader >/dev/null
    kubectl create clusterrole viewer --verb=get --resource=clusterapprovalrequests/status,clusterstagedupdateruns >/dev/null
    kubectl create clusterrolebinding viewer --clusterrole viewer --serviceaccount default:reader >/dev/null
    kubectl --as=system:serviceaccount:default:reader patch clusterapprovalrequests staged-rollout-test-app-before-canary --type=merge --subresource=status -p '{"status":{"conditions":[]}}' 2>&1 || true
    kubectl --as=system:serviceaccount:default:reader patch clusterapprovalrequests staged-rollout-test-app-before-canary --type=merge -p '{"status":{"conditions":[]}}'
    kubectl get careq staged-rollout-test-app-before-canary
    kubectl --as=system:serviceaccount:default:reader patch csur staged-rollout-test-app --type=merge -p '{"spec":{"state":"Stop"}}' 2>&1 || true`);
  assert.match(stdout, /cannot patch resource "clusterapprovalrequests\/status" in API group/);
  assert.match(stdout, /\(no change\)/);
  assert.match(stdout, /canary +True +\S+$/m);
  assert.match(stdout, /cannot patch resource "clusterstagedupdateruns" in API group/);
});

test('a run is deleted with its approvals, and what it brought stays; a restart of the server changes nothing', async () => {
  await estate.restart();
  const { stdout } = await estate.succeeds(`
    kubectl get ${run} -o jsonpath='{.status.conditions[?(@.type=="Succeeded")].reason}{"\\n"}'
    kubectl delete ${run}
    kubectl get clusterapprovalrequest 2>&1
    for n in 1 2 3; do kubectl --kubeconfig $KUBECONFIG.member-$n -n test-app get deployment web -o name; done`);
  assert.match(stdout, /^UpdateRunSucceeded\n/);
  assert.match(stdout, /"staged-rollout-test-app" deleted/);
  assert.match(stdout, /No resources found/);
  assert.equal(stdout.match(/^deployment.apps\/web$/gm)?.length, 3);
});
