import type { BuiltInKind } from '../built-in-kind.ts';

export const binding: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'bindings',
  kind: 'Binding',
  scope: 'Namespaced',
  verbs: ['create'],
};
