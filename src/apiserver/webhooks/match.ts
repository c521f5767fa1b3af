import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import { labelsOf } from '../../apimachinery/metadata.ts';
import type { Labels } from '../../apimachinery/selectors/labels.ts';
import { notFound } from '../../apimachinery/status.ts';
import type { Shown } from './call.ts';
import { meetsConditions } from './conditions.ts';
import { namespaceOf } from './review.ts';
import type { Invocation } from './rules.ts';
import { type Convert, shownTo } from './versions.ts';

const none: Labels = Object.freeze({});

/**
 * What a webhook is shown of a write that its rules speak of, or undefined when its selectors or conditions leave the
 * write out. Nobody outside is asked, except who converts. Throws 404 when the namespace is gone whose labels decide.
 */
export async function shownIfMatched(
  write: Write,
  invocation: Invocation,
  { cluster, convert }: { readonly cluster: ClusterView; readonly convert: Convert },
): Promise<Shown | undefined> {
  const { hook } = invocation;
  if (hook.matchesNamespace && isInNamespace(write)) {
    const found = namespaceLabels(write, cluster);
    if (!hook.matchesNamespace(found instanceof Promise ? await found : found)) return undefined;
  }
  if (hook.matchesObject) {
    const matches = hook.matchesObject;
    const isSelected = [write.object, write.old].some((each) => each && matches(labelsOf(each) ?? none));
    if (!isSelected) return undefined;
  }
  const shown = await shownTo(write, invocation, convert);
  if (hook.conditions.length === 0) return shown;
  return (await meetsConditions(write, { invocation, shown, cluster })) ? shown : undefined;
}

/** What lies in no namespace is never left out because of one. */
function isInNamespace(write: Write): boolean {
  return namespaceOf(write) !== '' || isNamespace(write);
}

function isNamespace({ definition }: Write): boolean {
  return definition.resource === 'namespaces';
}

/** A namespace that comes or changes is judged by the labels that it is to have; one that goes by those that it has. */
function namespaceLabels(write: Write, cluster: ClusterView): Promise<Labels> | Labels {
  if (isNamespace(write) && write.subresource === '' && write.operation !== 'DELETE') {
    return (write.object && labelsOf(write.object)) ?? none;
  }
  const name = namespaceOf(write);
  const found = cluster.find({ group: '', resource: 'namespaces', namespace: '' }, name);
  const labels = (namespace: Awaited<typeof found>): Labels => {
    if (!namespace) throw notFound({ group: '', resource: 'namespaces', name });
    return labelsOf(namespace) ?? none;
  };
  return found instanceof Promise ? found.then(labels) : labels(found);
}
