import { conditionsIn, findCondition } from '../../apimachinery/conditions.ts';
import { nameOf, textAt } from '../../apimachinery/read.ts';
import type { BuiltInKind } from '../built-in-kind.ts';

export const componentStatus: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'componentstatuses',
  kind: 'ComponentStatus',
  scope: 'Cluster',
  quirks: { hashedVersion: '' },
  verbs: ['get', 'list'],
  shortNames: ['cs'],
  columns: {
    definitions: ['Name|string|name|0', 'Status', 'Message', 'Error'],
    cells(object) {
      const healthy = findCondition(conditionsIn(object), 'Healthy');
      const status = !healthy ? 'Unknown' : healthy['status'] === 'True' ? 'Healthy' : 'Unhealthy';
      return [nameOf(object), status, textAt(healthy, 'message'), textAt(healthy, 'error')];
    },
  },
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
};
