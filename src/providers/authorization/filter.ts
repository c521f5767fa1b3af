import { type FilterNode, refusals } from '../../arm/index.ts';

/** How a list of this namespace answers the leaves of a `$filter`. Undefined: not understood. */
export interface FilterLeaves {
  compare(name: string, value: string): boolean | undefined;
  call(name: string, argument: string | undefined): boolean | undefined;
}

/** Evaluates `atScope() and principalId eq '..'` and the like; names reach the leaves in lower case. */
export function evaluateFilter(node: FilterNode, leaves: FilterLeaves): boolean {
  switch (node.kind) {
    case 'and':
      return evaluateFilter(node.left, leaves) && evaluateFilter(node.right, leaves);
    case 'or':
      return evaluateFilter(node.left, leaves) || evaluateFilter(node.right, leaves);
    case 'not':
      return !evaluateFilter(node.of, leaves);
    case 'compare': {
      const equal = known(leaves.compare(node.name.toLowerCase(), node.value), node.name);
      return node.operator === 'eq' ? equal : !equal;
    }
    case 'call': {
      const [argument] = node.args;
      const text = argument && ('text' in argument ? argument.text : argument.name);
      return known(leaves.call(node.name.toLowerCase(), text), `${node.name}()`);
    }
  }
}

function known(answer: boolean | undefined, what: string): boolean {
  if (answer === undefined) throw refusals.invalidFilter(`The filter expression '${what}' is not supported.`);
  return answer;
}
