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

/**
 * A segment that is all `*` may also be missing: `userAssignedIdentities/*\/assign/action` of the role Managed Identity
 * Operator grants `userAssignedIdentities/assign/action`.
 */
export function compilePattern(pattern: string): Matcher {
  if (pattern === '*') return () => true;
  const parts = pattern.replace(/\*+/g, '*').split('*');
  const [head = ''] = parts;
  if (parts.length === 1) return (action) => action === head;
  return (action) => action.startsWith(head) && matchesRest(action, parts);
}

/** Each part at its first place after the one before, the last one at the end: no choice is ever taken back. */
function matchesRest(action: string, parts: readonly string[]): boolean {
  let at = parts[0]?.length ?? 0;
  for (let index = 1; index < parts.length; index++) {
    const part = parts[index] ?? '';
    const from = sharesSlash(parts[index - 1] ?? '', part) ? at - 1 : at;
    if (index === parts.length - 1) return action.length - part.length >= from && action.endsWith(part);
    const found = action.indexOf(part, from);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

function sharesSlash(before: string, after: string): boolean {
  return before.endsWith('/') && after.startsWith('/');
}
