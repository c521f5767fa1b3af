import { core, object, patch, post, put, remove, service } from './asks.ts';
import type { Conversation } from './play.ts';

const services = core('services');
const at = (name: string): string => `${services}/${name}`;

/** Addresses and ports of services: which are taken, which are not to be had, and what a change of type does. */
export const serviceConversations: readonly Conversation[] = [
  {
    name: 'cluster IPs',
    asks: [
      post(services, service('out', { clusterIP: '1.2.3.4' })),
      post(services, service('bad', { clusterIP: 'abc' })),
      post(services, service('zeros', { clusterIP: '10.000.0.5' })),
      post(services, service('net', { clusterIP: '10.0.0.0' })),
      post(services, service('broadcast', { clusterIP: '10.0.0.255' })),
      post(services, service('six', { clusterIP: 'fd00::1' })),
      post(services, service('a', { clusterIP: '10.0.0.50' })),
      post(services, service('b', { clusterIP: '10.0.0.50' })),
      post(services, service('first', { clusterIP: '10.0.0.1' })),
      post(services, service('two', { clusterIP: '10.0.0.51', clusterIPs: ['10.0.0.52'] })),
      post(services, service('three', { clusterIPs: ['10.0.0.51', '10.0.0.52'] })),
      post(services, service('mixed', { clusterIPs: ['10.0.0.51', 'fd00::1'] })),
      post(services, service('noneplus', { clusterIPs: ['None', '10.0.0.51'] })),
      put(at('a'), service('a', { clusterIP: '10.0.0.60' })),
      patch(at('a'), { spec: { clusterIP: 'None' } }),
      patch(at('a'), { spec: { clusterIP: '' } }),
      patch(at('a'), { spec: { clusterIP: null, clusterIPs: null } }),
      remove(at('a')),
      post(services, service('b', { clusterIP: '10.0.0.50' })),
    ],
  },
  {
    name: 'node ports',
    asks: [
      post(services, service('low', { type: 'NodePort', ports: [{ port: 80, nodePort: 99 }] })),
      post(services, service('high', { type: 'NodePort', ports: [{ port: 80, nodePort: 40000 }] })),
      post(services, service('wrong', { type: 'NodePort', ports: [{ port: 80, nodePort: 99999 }] })),
      post(
        services,
        service('a', { type: 'NodePort', clusterIP: '10.0.0.61', ports: [{ port: 80, nodePort: 30080 }] }),
      ),
      post(
        services,
        service('b', { type: 'NodePort', clusterIP: '10.0.0.62', ports: [{ port: 80, nodePort: 30080 }] }),
      ),
      post(
        services,
        service('c', {
          type: 'NodePort',
          clusterIP: '10.0.0.63',
          ports: [
            { name: 'x', port: 80, nodePort: 30081 },
            { name: 'y', port: 81, nodePort: 30081 },
          ],
        }),
      ),
      post(
        services,
        service('d', {
          type: 'NodePort',
          clusterIP: '10.0.0.64',
          ports: [
            { name: 'x', port: 80, nodePort: 30082 },
            { name: 'y', port: 80, protocol: 'UDP', nodePort: 30082 },
          ],
        }),
      ),
      post(services, service('cluster', { ports: [{ port: 80, nodePort: 30083 }] })),
      patch(at('a'), { spec: { ports: [{ port: 80, nodePort: 30084 }] } }),
      post(
        services,
        service('b', { type: 'NodePort', clusterIP: '10.0.0.62', ports: [{ port: 80, nodePort: 30080 }] }),
      ),
      patch(at('a'), { spec: { ports: [{ port: 80, nodePort: 30080 }] } }),
      remove(at('b')),
      patch(at('a'), { spec: { ports: [{ port: 80, nodePort: 30080 }] } }),
      patch(at('a'), { spec: { ports: [{ port: 80, nodePort: 20 }] } }),
      patch(at('a'), { spec: { type: 'ClusterIP', ports: [{ port: 80 }] } }),
      post(
        services,
        service('e', { type: 'NodePort', clusterIP: '10.0.0.65', ports: [{ port: 80, nodePort: 30080 }] }),
      ),
    ],
  },
  {
    name: 'changes of type',
    asks: [
      post(
        services,
        service('a', {
          type: 'LoadBalancer',
          clusterIP: '10.0.0.71',
          externalTrafficPolicy: 'Local',
          healthCheckNodePort: 30101,
          ports: [{ port: 80, nodePort: 30100 }],
        }),
      ),
      patch(at('a'), { spec: { healthCheckNodePort: 30102 } }),
      patch(at('a'), { spec: { type: 'NodePort' } }, 'strategic'),
      patch(at('a'), { spec: { type: 'ClusterIP' } }, 'strategic'),
      patch(at('a'), { spec: { type: 'ExternalName' } }),
      patch(at('a'), { spec: { type: 'ExternalName', externalName: 'a.example.com' } }),
      post(services, service('b', { clusterIP: '10.0.0.71' })),
      patch(at('a'), { spec: { type: 'ClusterIP', externalName: null, clusterIP: '10.0.0.72' } }),
      patch(at('a'), { spec: { type: 'Foo' } }),
      patch(at('a'), { spec: { externalName: 'x.example.com' } }),
      put(at('a'), service('a', { type: 'ExternalName', externalName: 'b.example.com', ports: [] })),
      patch(at('a'), { spec: { internalTrafficPolicy: 'Local' } }),
      patch(at('a'), { spec: { clusterIP: '10.0.0.73' } }),
    ],
  },
  {
    name: 'families',
    asks: [
      post(services, service('require', { ipFamilyPolicy: 'RequireDualStack' })),
      post(services, service('prefer', { ipFamilyPolicy: 'PreferDualStack', clusterIP: '10.0.0.81' })),
      post(services, service('sixonly', { ipFamilies: ['IPv6'] })),
      post(services, service('both', { ipFamilies: ['IPv4', 'IPv6'] })),
      post(services, service('bad', { ipFamilies: ['IPv5'] })),
      post(services, service('policy', { ipFamilyPolicy: 'Foo' })),
      post(services, service('headless', { clusterIP: 'None', selector: { a: 'b' } })),
      post(services, service('noselector', { clusterIP: 'None' })),
      post(services, service('noselector6', { clusterIP: 'None', ipFamilies: ['IPv6'] })),
      post(
        services,
        service('external', { type: 'ExternalName', externalName: 'a.b', ipFamilies: ['IPv4'] }),
      ),
      patch(at('headless'), { spec: { ipFamilyPolicy: 'RequireDualStack' } }),
      patch(at('prefer'), { spec: { ipFamilyPolicy: 'SingleStack' } }),
      patch(at('prefer'), { spec: { ipFamilies: ['IPv6'] } }),
    ],
  },
  {
    name: 'odd services',
    asks: [
      post(services, object('v1', 'Service', 'noports', { spec: {} })),
      post(services, object('v1', 'Service', 'headlessnoports', { spec: { clusterIP: 'None' } })),
      post(services, service('ext', { type: 'ExternalName' })),
      post(services, service('extip', { type: 'ExternalName', externalName: '1.2.3.4' })),
      post(
        services,
        service('extcluster', { type: 'ExternalName', externalName: 'a.b', clusterIP: '10.0.0.91' }),
      ),
      post(services, service('ports', { ports: [{ port: 80 }, { port: 81 }] })),
      post(
        services,
        service('same', {
          ports: [
            { name: 'a', port: 80 },
            { name: 'b', port: 80 },
          ],
        }),
      ),
      post(
        services,
        service('names', {
          ports: [
            { name: 'a', port: 80 },
            { name: 'a', port: 81 },
          ],
        }),
      ),
      post(services, service('proto', { ports: [{ port: 80, protocol: 'FOO' }] })),
      post(services, service('target', { ports: [{ port: 80, targetPort: 'UPPER' }] })),
      post(services, service('zero', { ports: [{ port: 0 }] })),
      post(services, service('extips', { clusterIP: '10.0.0.92', externalIPs: ['010.0.0.1', '127.0.0.1'] })),
      post(
        services,
        service('lbip', {
          type: 'LoadBalancer',
          loadBalancerIP: '010.1.1.1',
          clusterIP: '10.0.0.93',
          ports: [{ port: 80, nodePort: 30110 }],
        }),
      ),
      post(services, service('ranges', { type: 'LoadBalancer', loadBalancerSourceRanges: ['1.2.3.4/33'] })),
      post(
        services,
        service('ranges2', {
          type: 'LoadBalancer',
          loadBalancerSourceRanges: ['010.0.0.0/8', '1.2.3.4/24'],
          clusterIP: '10.0.0.94',
          ports: [{ port: 80, nodePort: 30111 }],
        }),
      ),
      post(services, service('class', { loadBalancerClass: 'a/b' })),
      post(services, service('alloc', { allocateLoadBalancerNodePorts: false })),
      post(services, service('affinity', { sessionAffinity: 'Foo' })),
      post(
        services,
        service('timeout', {
          sessionAffinity: 'ClientIP',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } },
        }),
      ),
      post(services, service('policy', { externalTrafficPolicy: 'Local' })),
      post(services, service('health', { healthCheckNodePort: 30112 })),
      post(services, service('distribution', { trafficDistribution: 'Foo' })),
      post(
        services,
        service('distribution2', { clusterIP: '10.0.0.95', trafficDistribution: 'PreferClose' }),
      ),
    ],
  },
];
