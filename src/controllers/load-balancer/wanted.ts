import type { Service } from '../kinds/core.ts';

/** Keeps a Service until its load balancer is gone. */
export const cleanupFinalizer = 'service.kubernetes.io/load-balancer-cleanup';

const addressAnnotation = 'service.beta.kubernetes.io/azure-load-balancer-ipv4';
const internalAnnotation = 'service.beta.kubernetes.io/azure-load-balancer-internal';

/** A class names somebody else who serves it. */
export function wantsLoadBalancer({ spec }: Service): boolean {
  return spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined;
}

/** It holds the finalizer and is going, or is no longer of the type. */
export function needsCleanup({ metadata, spec }: Service): boolean {
  if (!metadata.finalizers?.includes(cleanupFinalizer)) return false;
  return Boolean(metadata.deletionTimestamp) || spec.type !== 'LoadBalancer';
}

/** The address that a Service asks for: its annotation goes before the field. */
export function askedAddress({ metadata, spec }: Service): string | undefined {
  return metadata.annotations?.[addressAnnotation] || spec.loadBalancerIP || undefined;
}

export function isInternal({ metadata }: Service): boolean {
  return metadata.annotations?.[internalAnnotation]?.toLowerCase() === 'true';
}
