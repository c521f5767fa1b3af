import type { JsonObject } from '../../base/index.ts';
import type { Call, ClusterParts } from './call.ts';

/** One write under admission; steps may change `object`. */
export interface AdmissionRequest {
  readonly parts: ClusterParts;
  readonly call: Call;
  readonly operation: 'create' | 'update' | 'delete';
  readonly namespace: string;
  readonly name: string;
  /** The new state; undefined for a delete. */
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
}

/** A step throws a StatusError to refuse. `mutate` steps run before validation, `validate` steps after. */
export interface AdmissionStep {
  readonly name: string;
  mutate?(request: AdmissionRequest): Promise<void> | void;
  validate?(request: AdmissionRequest): Promise<void> | void;
}
