import type { BuiltInKind } from '../built-in-kind.ts';
import { nameAndAgeCells } from '../columns/cluster.ts';
import { deviceClaimRules } from '../rules/devices.ts';

export const resourceClaimTemplate: BuiltInKind = {
  group: 'resource.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'resourceclaimtemplates',
  kind: 'ResourceClaimTemplate',
  scope: 'Namespaced',
  columns: { definitions: ['Name|string|name|0', 'Age'], cells: nameAndAgeCells },
  quirks: { deleteAnswersWithObject: true },
  ...deviceClaimRules,
};
