import type { JsonObject } from '../../base/index.ts';
import { defineKind, type KubeObject } from '../../reconcile/index.ts';
import type { FullCondition } from './fleet.ts';

const version = 'placement.kubernetes-fleet.io/v1beta1';

export interface ManifestIdentifier extends JsonObject {
  ordinal: number;
  group?: string;
  version?: string;
  kind?: string;
  resource?: string;
  namespace?: string;
  name?: string;
}

export interface ManifestCondition extends JsonObject {
  identifier: ManifestIdentifier;
  conditions: FullCondition[];
}

export interface Work extends KubeObject {
  spec: { workload?: { manifests?: JsonObject[] }; applyStrategy?: JsonObject };
  status?: { conditions: FullCondition[]; manifestConditions?: ManifestCondition[] };
}

export const works = defineKind<Work>(version, 'Work', 'works');
