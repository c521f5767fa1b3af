/** One permission block of a role: what its patterns grant. */
export interface PermissionBlock {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

/** A block with its patterns compiled once, shared by every assignment of the role. */
export interface CompiledBlock {
  grantsAction(lowerCaseAction: string): boolean;
  grantsData(lowerCaseAction: string): boolean;
}

type Matcher = (lowerCaseAction: string) => boolean;

/**
 * `*` stands for any characters, `/` included; case does not count; a not-pattern takes away from its own block only.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/role-definitions
 */
export function compileBlock(block: PermissionBlock): CompiledBlock {
  const actions = compileAny(block.actions);
  const notActions = compileAny(block.notActions);
  const dataActions = compileAny(block.dataActions);
  const notDataActions = compileAny(block.notDataActions);
  return {
    grantsAction: (action) => actions(action) && !notActions(action),
    grantsData: (action) => dataActions(action) && !notDataActions(action),
  };
}

function compileAny(patterns: readonly string[]): Matcher {
  if (patterns.length === 0) return () => false;
  const matchers = patterns.map((pattern) => compilePattern(pattern.toLowerCase()));
  return (action) => matchers.some((matches) => matches(action));
}

function compilePattern(pattern: string): Matcher {
  if (pattern === '*') return () => true;
  const stars = pattern.split('*');
  if (stars.length === 1) return (action) => action === pattern;
  const [head = '', tail = ''] = stars;
  if (stars.length === 2) {
    return (action) =>
      action.length >= head.length + tail.length && action.startsWith(head) && action.endsWith(tail);
  }
  const source = stars.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  const expression = new RegExp(`^${source}$`, 's');
  return (action) => expression.test(action);
}
