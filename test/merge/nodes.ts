import type { SchemaNode } from '../../src/apimachinery/contract.ts';

/** A schema node for tests: an object with fields. */
export function fields(members: Record<string, SchemaNode>, more: Partial<SchemaNode> = {}): SchemaNode {
  return {
    type: 'object',
    field: (name) => (Object.hasOwn(members, name) ? members[name] : undefined),
    fieldNames: () => Object.keys(members),
    ...more,
  };
}

export const node = (type: SchemaNode['type'], more: Partial<SchemaNode> = {}): SchemaNode => ({
  type,
  field: () => undefined,
  fieldNames: () => [],
  ...more,
});

export const text = node('string');
export const integer = node('integer');
export const mapOf = (values: SchemaNode): SchemaNode => node('object', { values });
export const atomicList = (items: SchemaNode): SchemaNode => node('array', { items });
export const setOf = (items: SchemaNode): SchemaNode =>
  node('array', { items, listType: 'set', patchStrategy: ['merge'] });
export const keyed = (items: SchemaNode, ...keys: string[]): SchemaNode =>
  node('array', {
    items,
    listType: 'map',
    listMapKeys: keys,
    patchStrategy: ['merge'],
    ...(keys[0] !== undefined && { patchMergeKey: keys[0] }),
  });

const metadata = fields({
  name: text,
  namespace: text,
  labels: mapOf(text),
  annotations: mapOf(text),
  finalizers: setOf(text),
});

/** Something like a Deployment. */
export const workload: SchemaNode = fields({
  apiVersion: text,
  kind: text,
  metadata,
  spec: fields(
    {
      replicas: integer,
      selector: fields({ matchLabels: mapOf(text) }, { mapType: 'atomic' }),
      args: atomicList(text),
      containers: keyed(
        fields({
          name: text,
          image: text,
          env: keyed(fields({ name: text, value: text }), 'name'),
          ports: keyed(
            fields({ port: integer, protocol: node('string', { default: 'TCP' }) }),
            'port',
            'protocol',
          ),
        }),
        'name',
      ),
      strategy: fields(
        { type: text, rolling: fields({ surge: integer }) },
        { patchStrategy: ['retainKeys'] },
      ),
      free: node('any'),
    },
    { alwaysPresent: true },
  ),
  status: fields({ ready: integer }, { alwaysPresent: true }),
});
