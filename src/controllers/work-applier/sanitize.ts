import { createHash } from 'node:crypto';
import type { KubeObject } from '../../apimachinery/client.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { lastAppliedAnnotation, specHashAnnotation } from '../kinds/fleet-names.ts';
import { canonical } from '../shared/template-hash.ts';

const serverSetMetadata = new Set([
  'ownerReferences',
  'managedFields',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
  'selfLink',
  'uid',
]);
const leftOutAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  specHashAnnotation,
  lastAppliedAnnotation,
]);

/** The manifest as it is applied: without what a server sets, and what the fleet keeps to itself. */
export function sanitizeManifest(object: KubeObject): KubeObject {
  const { status: _, ...rest } = object;
  const { annotations = {}, ...others } = object.metadata;
  const own = Object.entries(annotations).filter(([key]) => !leftOutAnnotations.has(key));
  const metadata = Object.fromEntries(
    Object.entries(others).filter(([field]) => !serverSetMetadata.has(field)),
  );
  const kept = own.length > 0 ? { annotations: Object.fromEntries(own) } : {};
  const { apiVersion, kind } = object;
  return { ...rest, apiVersion, kind, metadata: { ...metadata, ...kept } };
}

const incomparableMetadata = new Set([
  ...serverSetMetadata,
  'name',
  'namespace',
  'generateName',
  'labels',
  'annotations',
  'finalizers',
]);
const systemKey = /kubernetes\.io\/|k8s\.io\/|kubernetes-fleet\.io\//;
/** Where kinds that make pods have the metadata of those; the time there is written by some clients, as null. */
const templates = [
  ['spec', 'template', 'metadata'],
  ['spec', 'jobTemplate', 'spec', 'template', 'metadata'],
];

/** What is compared of an object: not what servers and controllers set themselves. */
export function comparable(object: KubeObject): JsonObject {
  const { status: _, ...rest } = object;
  const { labels, annotations } = object.metadata;
  const others = Object.entries(object.metadata).filter(([field]) => !incomparableMetadata.has(field));
  const metadata = {
    ...Object.fromEntries(others),
    labels: withoutSystemKeys(labels),
    annotations: withoutSystemKeys(annotations),
  };
  return templates.reduce<JsonObject>((from, path) => withoutTime(from, path), { ...rest, metadata });
}

function withoutSystemKeys(map: Json | undefined): JsonObject {
  if (!isObject(map)) return {};
  return Object.fromEntries(Object.entries(map).filter(([key]) => !systemKey.test(key)));
}

function withoutTime(object: JsonObject, [first = '', ...rest]: readonly string[]): JsonObject {
  const inner = object[first];
  if (!isObject(inner)) return object;
  if (rest.length > 0) return { ...object, [first]: withoutTime(inner, rest) };
  const { creationTimestamp: _, ...kept } = inner;
  return { ...object, [first]: kept };
}

/** What tells whether a manifest was applied before: the same text as KubeFleet's agent makes of it. */
export function manifestHash(object: KubeObject): string {
  const compared = comparable(object);
  const empty = { finalizers: [], managedFields: [], ownerReferences: [] };
  const metadata = { ...(isObject(compared['metadata']) ? compared['metadata'] : {}), ...empty };
  return createHash('sha256')
    .update(goJson({ ...compared, metadata }))
    .digest('hex');
}

/** JSON as Go writes it: keys in order, what could end a script escaped. */
export function goJson(value: JsonObject): string {
  return canonical(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
