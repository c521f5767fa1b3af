import { at, listAt, numberAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { ensureObject, fill, type TypeDefaults } from './fill.ts';

const stickySeconds = 10800;

const service: TypeDefaults = (object) => {
  const spec = ensureObject(object, 'spec');
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  else if (at(spec, 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds') === undefined) {
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: stickySeconds } };
  }
  for (const port of objectsAt(spec, 'ports')) {
    const target = port['targetPort'];
    if (target === undefined || target === 0 || target === '') port['targetPort'] = numberAt(port, 'port');
  }
  const type = textAt(spec, 'type');
  if (isExternallyAccessible(spec, type)) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (type === 'LoadBalancer') {
    fill(spec, { allocateLoadBalancerNodePorts: true });
    for (const ingress of objectsAt(object, 'status', 'loadBalancer', 'ingress')) {
      if (textAt(ingress, 'ip')) fill(ingress, { ipMode: 'VIP' });
    }
  }
};

function isExternallyAccessible(spec: JsonObject, type: string): boolean {
  if (type === 'LoadBalancer' || type === 'NodePort') return true;
  return type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0;
}

const networkPolicy: TypeDefaults = (object) => {
  const spec = ensureObject(object, 'spec');
  if (listAt(spec, 'policyTypes').length > 0) return;
  spec['policyTypes'] = listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
};

/** Defaults of services, endpoints and policies. */
export const networkDefaults: Readonly<Record<string, TypeDefaults>> = {
  'core.v1.Service': service,
  'core.v1.EndpointPort': (object) => fill(object, { protocol: 'TCP' }),
  'discovery.v1.EndpointPort': (object) => fill(object, { name: '', protocol: 'TCP' }),
  'networking.v1.NetworkPolicy': networkPolicy,
  'networking.v1.NetworkPolicyPort': (object) => fill(object, { protocol: 'TCP' }),
  'networking.v1.IngressClassParametersReference': (object) => fill(object, { scope: 'Cluster' }),
};
