import { readMetadata } from '../../apimachinery/metadata.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Form } from './encoding.ts';
import { listMetadata } from './plain.ts';

const kind = 'PartialObjectMetadata';

/** The metadata of objects alone, in a version of `meta.k8s.io`. */
export function partialForm(apiVersion: string): Form {
  const one = (value: JsonObject) => ({ kind, apiVersion, metadata: readMetadata(value) });
  return {
    named: () => ({ kind, apiVersion }),
    one,
    head: (list) => ({ kind: `${kind}List`, apiVersion, metadata: listMetadata(list) }),
    items: 'items',
    item: one,
    bookmark: (metadata) => ({ kind, apiVersion, metadata }),
  };
}
