import type { KubeObject } from '../apimachinery/client.ts';
import { defineKind } from '../apimachinery/kinds.ts';
import type { JsonObject } from '../base/index.ts';

export interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

export interface LeaseSpec extends JsonObject {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

export const leases = defineKind<Lease>('coordination.k8s.io/v1', 'Lease', 'leases');
