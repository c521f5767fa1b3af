import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import { forbidden } from '../../apimachinery/status.ts';
import { Decisions } from '../../cel/admission/decisions.ts';
import { ConditionsFailed, conditionsHold } from '../matching/conditions.ts';
import { requestOf } from '../matching/request.ts';
import { valuesOf } from '../matching/values.ts';
import type { Shown } from '../matching/versions.ts';
import type { Invocation } from './rules.ts';

/**
 * Whether the conditions of a webhook hold: one that does not keeps it out, whatever the others say. Throws 403 when
 * one cannot be evaluated, none says no, and failures are not ignored.
 */
export async function meetsConditions(
  write: Write,
  {
    invocation,
    shown,
    cluster,
  }: { readonly invocation: Invocation; readonly shown: Shown; readonly cluster: ClusterView },
): Promise<boolean> {
  const { hook } = invocation;
  // Of the namespace they are told nothing.
  const told = { ...shown, request: requestOf(write, invocation), namespace: {} };
  const decisions = new Decisions((review) => cluster.decide(review));
  try {
    return await decisions.within((decide) => conditionsHold(hook.conditions, valuesOf(write, told, decide)));
  } catch (thrown) {
    if (!(thrown instanceof ConditionsFailed)) throw thrown;
    if (hook.ignoresFailures) return false;
    const { definition, name } = write;
    throw forbidden({ group: definition.group, resource: definition.resource, name }, thrown.message);
  }
}
