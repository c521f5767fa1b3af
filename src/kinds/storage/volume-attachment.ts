import { flagAt, nameOf, objectAt, textAt } from '../../apimachinery/read.ts';
import { forbidden, invalid, invalidEach, required } from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const volumeAttachment: BuiltInKind = {
  group: 'storage.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'volumeattachments',
  kind: 'VolumeAttachment',
  scope: 'Cluster',
  subresources: { status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'Attacher|string|name|0', 'PV', 'Node', 'Attached|boolean||0', 'Age'],
    cells: (object) => [
      nameOf(object),
      textAt(object, 'spec', 'attacher'),
      textAt(object, 'spec', 'source', 'persistentVolumeName'),
      textAt(object, 'spec', 'nodeName'),
      flagAt(object, 'status', 'attached'),
      ageOf(object),
    ],
  },
  quirks: {
    updateDemandsVersion: true,
    statusKeepsMetadata: true,
    resets: { status: ['spec', 'metadata'] },
  },
  deletion: { answersWithObject: true },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const source = objectAt(spec, 'source');
    const attacher = textAt(spec, 'attacher');
    const errors = attacher ? [] : [required('spec.attacher')];
    errors.push(...invalidEach('spec.attacher', attacher, dnsSubdomain(attacher.toLowerCase())));
    const sources = ['persistentVolumeName', 'inlineVolumeSpec'].filter((name) => source[name] !== undefined);
    if (sources.length === 0) {
      errors.push(
        required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
      );
    }
    if (sources.length > 1) {
      errors.push(
        forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
      );
    }
    const node = textAt(spec, 'nodeName');
    errors.push(...invalidEach('spec.nodeName', node, dnsSubdomain(node)));
    return errors;
  },
  validateUpdate(object, old) {
    if (jsonEqual(object['spec'], old['spec'])) return [];
    return [invalid('spec', object['spec'], 'field is immutable')];
  },
};
