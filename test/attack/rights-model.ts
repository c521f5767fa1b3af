import { readersGroup } from '../arm/estate.ts';

export interface Block {
  readonly actions: string[];
  readonly notActions: string[];
  readonly dataActions: string[];
}

export interface Grant {
  readonly scope: string;
  readonly principal: string;
  readonly role: number;
}

/** Roles, assignments, denials and memberships as the test knows them. */
export class RightsModel {
  readonly roles = new Map<number, readonly Block[]>();
  readonly grants = new Map<string, Grant>();
  readonly denials = new Map<
    string,
    { readonly scope: string; readonly principal: string; blocks: Block[] }
  >();
  readonly inGroup = new Set<string>();

  #principals(objectId: string): string[] {
    return this.inGroup.has(objectId) ? [objectId, readersGroup] : [objectId];
  }

  can(objectId: string, action: string, scope: string): boolean {
    const principals = this.#principals(objectId);
    const denied = [...this.denials.values()].some(
      ({ principal, scope: at, blocks }) =>
        principals.includes(principal) &&
        isAtOrBelow(scope, at) &&
        blocks.some((each) => grants(each, action)),
    );
    if (denied) return false;
    return [...this.grants.values()].some(
      ({ principal, scope: at, role }) =>
        principals.includes(principal) &&
        isAtOrBelow(scope, at) &&
        (this.roles.get(role) ?? []).some((each) => grants(each, action)),
    );
  }

  hasRoleBelow(objectId: string, scope: string): boolean {
    const principals = this.#principals(objectId);
    return [...this.grants.values()].some(
      ({ principal, scope: at, role }) =>
        this.roles.has(role) &&
        principals.includes(principal) &&
        at.length > scope.length &&
        isAtOrBelow(at, scope),
    );
  }
}

function isAtOrBelow(id: string, scope: string): boolean {
  const [words, above] = [id.toLowerCase().split('/'), scope.toLowerCase().split('/')];
  return above.every((word, at) => words[at] === word);
}

function grants({ actions, notActions }: Block, action: string): boolean {
  const matches = (pattern: string) => asExpression(pattern).test(action);
  return actions.some(matches) && !notActions.some(matches);
}

/** `*` is any text; a segment that is nothing else may be missing. */
function asExpression(pattern: string): RegExp {
  const text = pattern
    .split(/(\/\*+\/|\*+)/)
    .map((part) => {
      if (/^\/\*+\/$/.test(part)) return '/(?:.*/)?';
      return /^\*+$/.test(part) ? '.*' : part.replace(/[.$^]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${text}$`, 'i');
}
