import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ObjectReference } from './core.ts';

export interface SliceEndpoint extends JsonObject {
  addresses: string[];
  /** Mirrored ones tell of `ready` alone. */
  conditions: { ready: boolean; serving?: boolean; terminating?: boolean };
  nodeName?: string;
  targetRef?: ObjectReference;
  hostname?: string;
}

export interface SlicePort extends JsonObject {
  name?: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

export interface EndpointSlice extends KubeObject {
  addressType: string;
  endpoints?: SliceEndpoint[];
  ports?: SlicePort[];
}

export interface EndpointAddress extends JsonObject {
  ip: string;
  hostname?: string;
  nodeName?: string;
  targetRef?: ObjectReference;
}

export interface Endpoints extends KubeObject {
  subsets?: { addresses?: EndpointAddress[]; notReadyAddresses?: EndpointAddress[]; ports?: SlicePort[] }[];
}

export const endpointSlices = defineKind<EndpointSlice>(
  'discovery.k8s.io/v1',
  'EndpointSlice',
  'endpointslices',
);
export const endpoints = defineKind<Endpoints>('v1', 'Endpoints', 'endpoints');
