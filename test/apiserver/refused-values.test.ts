import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { specimens } from './every-kind.ts';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

/** What is put over a small object of a kind, and why a real server (v1.34.4) refuses the result. */
const refused: readonly (readonly [resource: string, change: JsonObject, why: string])[] = [
  [
    'limitranges',
    { spec: { limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '0.5' } }] } },
    'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
  ],
  [
    'limitranges',
    { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '1', foo: '1' } }] } },
    'spec.limits[0].max[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
  ],
  [
    'limitranges',
    { spec: { limits: [{ type: 'Pod', max: { storage: '1' } }] } },
    'spec.limits[0].max[storage]: Invalid value: "storage": must be a standard resource for containers',
  ],
  [
    'pods',
    { spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { 'hugepages-2Mi': '2Mi' } } }] } },
    'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
  ],
  [
    'pods',
    { spec: { containers: [{ name: 'c', image: 'i', securityContext: { procMount: 'Unmasked' } }] } },
    'spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`',
  ],
  [
    'pods',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: '../a' } },
      },
    },
    'spec.securityContext.seccompProfile.localhostProfile: Invalid value: "../a": must not contain \'..\'',
  ],
  [
    'pods',
    { metadata: { name: 'p', annotations: { 'kubernetes.io/config.mirror': '' } } },
    'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "": must set spec.nodeName if mirror pod annotation is set',
  ],
  [
    'pods',
    {
      metadata: {
        name: 'p',
        annotations: { 'container.apparmor.security.beta.kubernetes.io/x': 'unconfined' },
      },
    },
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x": container not found',
  ],
  [
    'pods',
    { metadata: { name: 'p', annotations: { 'controller.kubernetes.io/pod-deletion-cost': '+5' } } },
    'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+5": must be a 32bit integer',
  ],
  [
    'namespaces',
    { spec: { finalizers: ['bad'] } },
    'spec.finalizers[0]: Invalid value: "bad": name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    'limitranges',
    { spec: { limits: [{ type: 'PersistentVolumeClaim' }] } },
    'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
  ],
  [
    'ipaddresses',
    { spec: { parentRef: { namespace: 'a', name: 'b' } } },
    'spec.parentRef.resource: Required value',
  ],
  [
    'prioritylevelconfigurations',
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Wait' } } } },
    'spec.limited.limitResponse.type: Unsupported value: "Wait": supported values: "Queue", "Reject"',
  ],
  [
    'prioritylevelconfigurations',
    {
      spec: {
        type: 'Limited',
        exempt: { nominalConcurrencyShares: 8 },
        limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } },
      },
    },
    'spec.exempt: Forbidden: must be nil if the type is Limited',
  ],
  [
    'validatingadmissionpolicybindings',
    { spec: { policyName: 'p', validationActions: ['Warn', 'Warn'] } },
    'spec.validationActions[1]: Duplicate value: "Warn"',
  ],
  [
    'validatingadmissionpolicybindings',
    { spec: { policyName: 'p' } },
    'spec.validationActions: Required value: at least one validation action is required',
  ],
  [
    'validatingadmissionpolicybindings',
    { spec: { policyName: 'p', validationActions: ['Audit'], paramRef: { name: 'x' } } },
    'spec.paramRef.parameterNotFoundAction: Required value',
  ],
  [
    'volumeattachments',
    {
      spec: {
        attacher: 'a.example.com',
        nodeName: 'n',
        source: { persistentVolumeName: 'p', inlineVolumeSpec: { capacity: { storage: '1Gi' } } },
      },
    },
    'spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ],
  [
    'volumeattributesclasses',
    { parameters: null },
    'parameters: Required value: must contain at least one key/value pair',
  ],
  ['volumeattributesclasses', { driverName: '' }, 'driverName: Required value'],
  [
    'endpointslices',
    { addressType: 'IPv4', endpoints: [{ addresses: ['127.0.0.1'] }] },
    'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ],
  [
    'endpointslices',
    { addressType: 'IPv4', endpoints: [{ addresses: ['169.254.169.254'] }] },
    'endpoints[0].addresses[0]: Invalid value: "169.254.169.254": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  ],
  [
    'endpointslices',
    { addressType: 'IPv6', endpoints: [{ addresses: ['0:0::0'] }] },
    'endpoints[0].addresses[0]: Invalid value: "0:0::0": may not be unspecified (0:0::0)',
  ],
  [
    'endpointslices',
    { addressType: 'IPv6', endpoints: [{ addresses: ['10.0.0.1'] }] },
    'endpoints[0].addresses: Invalid value: "10.0.0.1": must be an IPv6 address',
  ],
  [
    'endpoints',
    { subsets: [{ addresses: [{ ip: '127.9.0.1' }], ports: [{ port: 1, protocol: 'TCP' }] }] },
    'subsets[0].addresses[0].ip: Invalid value: "127.9.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ],
  ['controllerrevisions', { data: 'text' }, 'data: Required value: data must be a valid JSON object'],
];

for (const [resource, change, why] of refused) {
  it(`${resource}: ${why}`, async () => {
    const found = specimens.find((each) => each.resource === resource);
    assert.ok(found);
    const version = String(found.object['apiVersion']);
    const path = `${version.includes('/') ? '/apis' : '/api'}/${version}${found.namespaced ? '/namespaces/default' : ''}/${resource}`;
    const answer = await server.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...found.object, ...change }),
    });
    const body: unknown = await answer.json();
    assert.equal(answer.status, 422);
    assert.ok(isObject(body));
    assert.ok(String(body['message']).endsWith(`is invalid: ${why}`), String(body['message']));
  });
}
