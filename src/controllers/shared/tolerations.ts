import { matchesExpression } from '../../apimachinery/selectors/label-selector.ts';
import type { Node, NodeSelectorTerm, Pod, Taint, Toleration } from '../kinds/core.ts';

/** Whether one toleration covers a taint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

/** The first taint with one of the effects that nothing tolerates. */
export function untoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find(
    (taint) =>
      effects.includes(taint.effect) && !tolerations?.some((toleration) => tolerates(toleration, taint)),
  );
}

/** Whether a node is one that the pod's selector and required affinity ask for. */
export function matchesNodeSelection(pod: Pod, node: Node): boolean {
  const { nodeSelector = {}, affinity } = pod.spec;
  for (const [key, value] of Object.entries(nodeSelector)) {
    if (node.metadata.labels?.[key] !== value) return false;
  }
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => matchesTerm(term, node));
}

export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const fields = { 'metadata.name': node.metadata.name ?? '' };
  return (
    matchExpressions.every((expression) => matchesExpression(expression, node.metadata.labels)) &&
    matchFields.every((expression) => matchesExpression(expression, fields))
  );
}
