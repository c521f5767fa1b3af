import type { BuiltInKind } from '../built-in-kind.ts';
import { nameAndAgeCells } from '../shared/cells.ts';

export const deviceClass: BuiltInKind = {
  group: 'resource.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'deviceclasses',
  kind: 'DeviceClass',
  scope: 'Cluster',
  columns: { definitions: ['Name|string|name|0', 'Age'], cells: nameAndAgeCells },
  quirks: { hasGeneration: true },
  deletion: { answersWithObject: true },
};
