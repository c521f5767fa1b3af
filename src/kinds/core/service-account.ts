import { at, listAt, nameOf } from '../../apimachinery/read.ts';
import { key } from '../../apimachinery/validation/errors.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const serviceAccount: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'serviceaccounts',
  kind: 'ServiceAccount',
  scope: 'Namespaced',
  shortNames: ['sa'],
  subresources: { token: 'create -> authentication.k8s.io/v1/TokenRequest' },
  columns: {
    definitions: ['Name|string|name|0', 'Secrets', 'Age'],
    cells: (object) => [nameOf(object), listAt(object, 'secrets').length, ageOf(object)],
  },
  deletion: { answersWithObject: true },
  warnings: serviceAccountWarnings,
};

const mountableSecrets = 'kubernetes.io/enforce-mountable-secrets';

function serviceAccountWarnings(account: JsonObject, old: JsonObject | undefined): string[] {
  const has = (object: JsonObject | undefined) =>
    at(object, 'metadata', 'annotations', mountableSecrets) !== undefined;
  if (has(old) || !has(account)) return [];
  const advice = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';
  return [`${key('metadata.annotations', mountableSecrets)}: ${advice}`];
}
