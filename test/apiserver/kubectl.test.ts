import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestEndpoint, type TestServer } from './harness.ts';

const deployment = (replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx}]}
`;

const widgetDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget, shortNames: [gd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {replicas: {type: integer, description: How many there are to be.}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;

describe('the real kubectl', () => {
  let test: TestServer;
  let endpoint: TestEndpoint;
  before(async () => {
    test = await startTestServer();
    endpoint = await test.listen();
  });
  after(() => test.close());

  const kubectl = (line: string) => endpoint.kubectl(...line.split(' '));
  const fed = async (line: string, input: string) => endpoint.run(line.split(' '), input);

  it('lists what is served', async () => {
    assert.match(await kubectl('api-resources'), /deployments +deploy +apps\/v1 +true +Deployment/);
    assert.match(await kubectl('api-versions'), /^rbac\.authorization\.k8s\.io\/v1$/m);
    assert.match(await kubectl('get ns'), /^NAME +STATUS +AGE\ndefault +Active/);
  });

  it('creates by protobuf and shows', async () => {
    assert.equal(await kubectl('create configmap a --from-literal=x=y'), 'configmap/a created\n');
    assert.equal(await kubectl('get cm a -o jsonpath={.data.x}'), 'y');
    assert.equal(await kubectl('label cm a l=1'), 'configmap/a labeled\n');
    assert.equal(await kubectl('annotate cm a n=1'), 'configmap/a annotated\n');
    assert.match(await kubectl('get cm -l l=1'), /^a +1 /m);
    assert.match(
      (await fed('get cm none', '')).stderr,
      /^Error from server \(NotFound\): configmaps "none" not found/,
    );
  });

  it('applies from its own side and from the server’s', async () => {
    assert.equal((await fed('apply -f -', deployment(2))).stdout, 'deployment.apps/web created\n');
    assert.equal((await fed('apply -f -', deployment(2))).stdout, 'deployment.apps/web unchanged\n');
    assert.equal((await fed('apply -f -', deployment(3))).stdout, 'deployment.apps/web configured\n');
    const different = await fed('diff -f -', deployment(5));
    assert.equal(different.code, 1);
    assert.match(different.stdout, /^- {2}replicas: 3\n\+ {2}replicas: 5$/m);
    const conflict = await fed('apply --server-side --field-manager=other -f -', deployment(4));
    assert.match(
      conflict.stderr,
      /conflict with "kubectl-client-side-apply" using apps\/v1: \.spec\.replicas/,
    );
    const forced = await fed('apply --server-side --force-conflicts -f -', deployment(4));
    assert.equal(forced.stdout, 'deployment.apps/web serverside-applied\n');
    assert.equal(await kubectl('get deploy web -o jsonpath={.spec.replicas}'), '4');
  });

  it('patches, scales and replaces', async () => {
    await kubectl(
      'patch deploy web -p {"spec":{"template":{"spec":{"containers":[{"name":"c","image":"nginx:2"}]}}}}',
    );
    await kubectl('patch deploy web --type=json -p [{"op":"replace","path":"/spec/replicas","value":1}]');
    await kubectl('patch deploy web --type=merge -p {"spec":{"paused":true}}');
    assert.equal(await kubectl('scale deploy web --replicas=6'), 'deployment.apps/web scaled\n');
    const [image, replicas, paused] = (
      await kubectl(
        'get deploy web -o jsonpath={.spec.template.spec.containers[0].image},{.spec.replicas},{.spec.paused}',
      )
    ).split(',');
    assert.deepEqual([image, replicas, paused], ['nginx:2', '6', 'true']);
    assert.equal((await fed('replace -f -', deployment(1))).stdout, 'deployment.apps/web replaced\n');
    assert.match(await kubectl('describe deploy web'), /^Replicas: +1 desired \| 0 updated/m);
  });

  it('validates and explains by OpenAPI', async () => {
    const refused = await fed('apply -f -', deployment(1).replace('replicas', 'replica'));
    assert.match(refused.stderr, /unknown field "spec\.replica"/);
    assert.match(await kubectl('explain deployment.spec.strategy'), /^KIND: +Deployment$/m);
    assert.equal((await fed('create -f -', widgetDefinition)).code, 0);
    assert.match(await kubectl('wait --for=condition=Established crd/gadgets.example.com'), /condition met/);
    assert.match(await kubectl('explain gadget.spec.replicas'), /How many there are to be\./);
  });

  it('works with custom resources like with built-in ones', async () => {
    const gadget = 'apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: one}\nspec: {replicas: 1}\n';
    assert.equal((await fed('apply -f -', gadget)).stdout, 'gadget.example.com/one created\n');
    const changed = gadget.replace('replicas: 1', 'replicas: 2');
    assert.equal((await fed('apply -f -', changed)).stdout, 'gadget.example.com/one configured\n');
    assert.equal(await kubectl('get gd one -o jsonpath={.spec.replicas}'), '2');
    assert.equal(await kubectl('scale gd one --replicas=3'), 'gadget.example.com/one scaled\n');
    assert.equal(await kubectl('get gd one -o jsonpath={.spec.replicas}'), '3');
    assert.equal(
      await kubectl('delete crd gadgets.example.com'),
      'customresourcedefinition.apiextensions.k8s.io "gadgets.example.com" deleted\n',
    );
  });

  it('asks who may do what', async () => {
    assert.equal(await kubectl('auth can-i delete nodes'), 'yes\n');
    const other = await fed('auth can-i delete nodes --as jane', '');
    assert.equal(other.stdout, 'no\n');
    assert.match(await kubectl('auth whoami'), /Username +admin/);
    await kubectl('create role reader --verb=get,list --resource=pods');
    await kubectl('create rolebinding reader --role=reader --user=jane');
    assert.equal(await kubectl('auth can-i list pods --as jane'), 'yes\n');
    assert.match(
      (await fed('get secrets --as jane', '')).stderr,
      /^Error from server \(Forbidden\): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"/,
    );
  });

  it('waits for what is deleted', async () => {
    await kubectl('run p --image=nginx');
    const [waited] = await Promise.all([
      kubectl('wait --for=delete pod/p --timeout=10s'),
      kubectl('delete pod p'),
    ]);
    assert.match(waited, /^(?:pod\/p condition met\n)?$/);
    assert.equal(await kubectl('delete deploy --all'), 'deployment.apps "web" deleted\n');
    assert.equal(await kubectl('get all -o name'), 'service/kubernetes\n');
  });
});
