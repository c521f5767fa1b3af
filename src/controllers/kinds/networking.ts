import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';

/** Ranges that services get their addresses from: one, or one of each family. */
export interface ServiceCidr extends KubeObject {
  spec: { cidrs: string[] };
  status?: { conditions?: FullCondition[] };
}

/** An address that is given; its name. */
export type IpAddress = KubeObject;

const version = 'networking.k8s.io/v1';
export const serviceCidrs = defineKind<ServiceCidr>(version, 'ServiceCIDR', 'servicecidrs', 'Cluster');
export const ipAddresses = defineKind<IpAddress>(version, 'IPAddress', 'ipaddresses', 'Cluster');
