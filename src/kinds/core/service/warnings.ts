import { at, listAt, objectAt, textAt, textsAt } from '../../../apimachinery/read.ts';
import { cidrWarnings, ipWarnings } from '../../../apimachinery/validation/addresses.ts';
import { index } from '../../../apimachinery/validation/errors.ts';
import type { JsonObject } from '../../../base/index.ts';

const oldHints = 'service.kubernetes.io/topology-aware-hints';

/** What a service says without effect, or in a form that will be refused one day. */
export function serviceWarnings(service: JsonObject): string[] {
  const spec = objectAt(service, 'spec');
  const type = textAt(spec, 'type');
  const addresses = textsAt(spec, 'clusterIPs');
  const warnings: string[] = [];
  if (at(service, 'metadata', 'annotations', oldHints) !== undefined) {
    warnings.push(
      `annotation ${oldHints} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  }
  if (addresses[0] !== 'None') {
    warnings.push(...addresses.flatMap((ip, i) => ipWarnings(index('spec.clusterIPs', i), ip)));
  }
  if (type === 'ClusterIP' && textAt(spec, 'clusterIP') === 'None') {
    if (textAt(spec, 'loadBalancerIP')) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (listAt(spec, 'externalIPs').length > 0) {
      warnings.push('spec.externalIPs is ignored for headless services');
    }
    if (textAt(spec, 'sessionAffinity') !== 'None') {
      warnings.push('spec.SessionAffinity is ignored for headless services');
    }
  }
  warnings.push(
    ...textsAt(spec, 'externalIPs').flatMap((ip, i) => ipWarnings(index('spec.externalIPs', i), ip)),
  );
  warnings.push(...ipWarnings('spec.loadBalancerIP', textAt(spec, 'loadBalancerIP')));
  warnings.push(
    ...textsAt(spec, 'loadBalancerSourceRanges').flatMap((range, i) =>
      cidrWarnings(index('spec.loadBalancerSourceRanges', i), range),
    ),
  );
  if (type === 'ExternalName' && listAt(spec, 'externalIPs').length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (type !== 'ExternalName' && textAt(spec, 'externalName')) {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  return warnings;
}
