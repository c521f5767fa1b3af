import { maybeObjectAt, nameOf, textAt } from '../../apimachinery/read.ts';
import { child, invalid, required } from '../../apimachinery/validation/errors.ts';
import { strictIpFaults } from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';

export const ipAddress: BuiltInKind = {
  group: 'networking.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'ipaddresses',
  kind: 'IPAddress',
  scope: 'Cluster',
  shortNames: ['ip'],
  columns: {
    definitions: ['Name|string|name|0', 'ParentRef', 'Age'],
    cells(object) {
      const parent = maybeObjectAt(object, 'spec', 'parentRef');
      if (!parent) return [nameOf(object), none, ageOf(object)];
      const group = textAt(parent, 'group');
      const namespace = textAt(parent, 'namespace');
      const resource = `${textAt(parent, 'resource')}${group && `.${group}`}`.toLowerCase();
      const place = `${resource}${namespace && `/${namespace}`}/${textAt(parent, 'name')}`;
      return [nameOf(object), place, ageOf(object)];
    },
  },
  name: strictIpFaults,
  validate(object) {
    const parent = maybeObjectAt(object, 'spec', 'parentRef');
    if (!parent) return [required('spec.parentRef')];
    const missing = ['resource', 'name'].filter((member) => textAt(parent, member) === '');
    return missing.map((member) => required(child('spec.parentRef', member)));
  },
  validateUpdate(object, old) {
    const parentOf = (address: JsonObject) => {
      const text = (member: string) => textAt(address, 'spec', 'parentRef', member);
      return {
        Group: text('group'),
        Resource: text('resource'),
        Namespace: text('namespace'),
        Name: text('name'),
      };
    };
    const parent = parentOf(object);
    if (jsonEqual(parent, parentOf(old))) return [];
    return [invalid('spec.parentRef', parent, 'field is immutable')];
  },
};
