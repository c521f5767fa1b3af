import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import { selectsNamespace, selectsObject } from '../matching/selectors.ts';
import { type Convert, type Shown, shownTo } from '../matching/versions.ts';
import { meetsConditions } from './conditions.ts';
import type { Invocation } from './rules.ts';

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
  if (!(await selectsNamespace(hook.namespaces, write, cluster))) return undefined;
  if (!selectsObject(hook.objects, write)) return undefined;
  const shown = await shownTo(write, invocation, convert);
  if (hook.conditions.length === 0) return shown;
  return (await meetsConditions(write, { invocation, shown, cluster })) ? shown : undefined;
}
