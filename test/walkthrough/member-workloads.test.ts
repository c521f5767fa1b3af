import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`az group create -n rg -l eastus
    az aks create -g rg -n aks --node-count 2 --no-ssh-key
    az aks get-credentials -g rg -n aks`);
});

after(() => estate?.[Symbol.asyncDispose]());

test('credentials asked for twice are the same and merge without a conflict', async () => {
  await estate.succeeds('az aks get-credentials -g rg -n aks');
});

test('a deployment rolls out, scales, rolls over and goes, with what kubectl shows of it', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl create deployment web --image=nginx --replicas=3
    timeout 60 kubectl rollout status deployment web
    kubectl get pods --no-headers
    kubectl describe deployment web
    echo "host: $(kubectl exec deployment/web -- hostname)"
    echo "use: $(kubectl top pods --no-headers | wc -l) pods, $(kubectl top nodes --no-headers | wc -l) nodes"
    kubectl scale deployment web --replicas=5
    timeout 60 kubectl rollout status deployment web
    kubectl set image deployment/web nginx=nginx:1.27
    timeout 60 kubectl rollout status deployment web
    kubectl get deployment web --no-headers
    kubectl delete deployment web
    timeout 60 kubectl wait --for=delete pod -l app=web
    echo "left: $(kubectl get pods,replicasets -o name | wc -l)"`);
  assert.equal(stdout.match(/^web-\S+ +1\/1 +Running +0 +/gm)?.length, 3);
  assert.match(stdout, /^host: web-\w+-\w+$/m);
  assert.match(stdout, /^use: 3 pods, 2 nodes$/m);
  assert.match(stdout, /3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable/);
  assert.match(stdout, /ScalingReplicaSet .* Scaled up replica set web-\w+ from 0 to 3/);
  assert.match(stdout, /^web +5\/5 +5 +5 /m);
  assert.match(stdout, /left: 0$/m);
});

test('a Service of type LoadBalancer gets its address, and the finalizer lets it go', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl create service loadbalancer front --tcp=80:80 >/dev/null
    timeout 60 kubectl wait service front --for=jsonpath='{.status.loadBalancer.ingress[0].ip}' >/dev/null
    kubectl get service front --no-headers
    kubectl describe service front
    timeout 60 kubectl delete service front`);
  assert.match(
    stdout,
    /^front +LoadBalancer +10\.0\.\d+\.\d+ +(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+ +80:3\d+/m,
  );
  assert.match(stdout, /LoadBalancer Ingress: +\d+\.\d+\.\d+\.\d+ \(VIP\)/);
  assert.match(stdout, /EnsuredLoadBalancer +\S+ +service-controller +Ensured load balancer/);
});

test('who asks the scheduler for what it does not do is told so, once for pods and for their templates', async () => {
  const { stderr } = await estate.succeeds(`
    kubectl apply --dry-run=server -f - <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: apart}
spec:
  selector: {matchLabels: {app: apart}}
  template:
    metadata: {labels: {app: apart}}
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: apart}}}
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: apart}}}
      containers: [{name: web, image: nginx}]
---
apiVersion: v1
kind: Pod
metadata: {name: spread, labels: {app: spread}}
spec:
  topologySpreadConstraints:
    - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: spread}}}
  containers: [{name: web, image: nginx}]
YAML`);
  assert.equal(
    stderr.match(/^Warning: Required affinity and anti-affinity between pods are not built/gm)?.length,
    1,
  );
  assert.equal(stderr.match(/^Warning: Topology spread constraints are not built/gm)?.length, 1);
});

test('stateful sets, daemon sets and jobs run on the simulated nodes', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl apply -f - <<'YAML'
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  replicas: 2
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: postgres }] }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec: { containers: [{ name: agent, image: busybox }] }
YAML
    kubectl create job once --image=busybox -- true
    timeout 60 kubectl rollout status statefulset db
    timeout 60 kubectl rollout status daemonset agent
    timeout 60 kubectl wait --for=condition=complete job/once
    kubectl get pods --no-headers`);
  assert.match(stdout, /^db-0 +1\/1 +Running/m);
  assert.match(stdout, /^db-1 +1\/1 +Running/m);
  assert.equal(stdout.match(/^agent-\S+ +1\/1 +Running/gm)?.length, 2);
  assert.match(stdout, /^once-\S+ +0\/1 +Completed/m);
});

test('a namespace goes with all that is in it', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl create namespace team
    kubectl -n team create configmap a --from-literal=b=c
    timeout 60 kubectl delete namespace team
    kubectl get namespace team 2>&1 || true`);
  assert.match(stdout, /namespaces "team" not found/);
});

test('an upgrade moves the API server, and the nodes after it', async () => {
  const { stdout } = await estate.succeeds(`
    cd $(mktemp -d)
    ID=$(az aks show -g rg -n aks --query id -o tsv)
    az rest --method get --uri "$ID?api-version=2025-05-01" > cluster.json
    python3 - <<'PY' > wanted.json
import json
cluster = json.load(open('cluster.json'))
properties = {name: cluster['properties'][name] for name in ('dnsPrefix', 'agentPoolProfiles')}
for pool in properties['agentPoolProfiles']: pool['orchestratorVersion'] = '1.34.0'
print(json.dumps({'location': cluster['location'], 'identity': {'type': 'SystemAssigned'},
    'properties': {**properties, 'kubernetesVersion': '1.34.0'}}))
PY
    az rest --method put --uri "$ID?api-version=2025-05-01" --body @wanted.json >/dev/null
    for _ in $(seq 3000); do
      [ "$(az aks show -g rg -n aks --query provisioningState -o tsv)" = Succeeded ] && break
    done
    kubectl get --raw /version
    timeout 60 kubectl wait node --all --for=jsonpath='{.status.nodeInfo.kubeletVersion}'=v1.34.0
    rm cluster.json wanted.json`);
  assert.match(stdout, /"gitVersion": ?"v1\.34\.0/);
});
