import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import { labelsOf, readMetadata } from '../../apimachinery/metadata.ts';
import { maybeObjectAt } from '../../apimachinery/read.ts';
import { readLabelSelector } from '../../apimachinery/selectors/label-selector.ts';
import type { Labels } from '../../apimachinery/selectors/labels.ts';
import { notFound } from '../../apimachinery/status.ts';
import { isEmptySelector } from '../../apimachinery/validation/selectors.ts';
import type { JsonObject } from '../../base/index.ts';
import { isNamespaces, namespaceOf } from './request.ts';

/** Undefined: everything is selected. */
export type LabelTest = ((labels: Labels) => boolean) | undefined;

/** The label selector at `member`. */
export function labelTestAt(object: JsonObject, member: string): LabelTest {
  const selector = maybeObjectAt(object, member);
  return selector && !isEmptySelector(selector) ? readLabelSelector(selector) : undefined;
}

/** The new state or the old one is selected. */
export function selectsObject(test: LabelTest, { object, old }: Pick<Write, 'object' | 'old'>): boolean {
  if (!test) return true;
  return [object, old].some((state) => state !== undefined && test(labelsOf(state) ?? {}));
}

/**
 * Whether the namespace of a write is selected; what has none always is. A namespace that is written counts with its
 * new labels. Throws 404 when there is no such namespace.
 */
export function selectsNamespace(
  test: LabelTest,
  write: Write,
  cluster: Pick<ClusterView, 'find'>,
): Promise<boolean> | boolean {
  if (!test) return true;
  const { definition, subresource, operation, object } = write;
  const isNamespace = isNamespaces(definition);
  if (namespaceOf(write) === '' && !isNamespace) return true;
  if (isNamespace && subresource === '' && operation !== 'DELETE')
    return test((object && labelsOf(object)) ?? {});
  const name = namespaceOf(write);
  const judge = (found: JsonObject | undefined) => {
    if (!found) throw notFound({ group: '', resource: 'namespaces', name });
    return test(labelsOf(found) ?? {});
  };
  const found = cluster.find({ group: '', resource: 'namespaces', namespace: '' }, name);
  return found instanceof Promise ? found.then(judge) : judge(found);
}

/** A namespace as expressions see it: without what is no concern of theirs. */
export function shownNamespace(namespace: JsonObject): JsonObject {
  const { spec, status } = namespace;
  const metadata: JsonObject = {};
  for (const [member, value] of Object.entries(readMetadata(namespace))) {
    if (shownMetadata.has(member)) metadata[member] = value;
  }
  return { metadata, ...(spec === undefined ? {} : { spec }), ...(status === undefined ? {} : { status }) };
}

const shownMetadata: ReadonlySet<string> = new Set([
  'name',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'finalizers',
]);
