import { type Clock, isObject, type Json } from '../../base/index.ts';
import type { CallerDirectory, ResourceRecord } from '../contract.ts';
import { isWithin } from '../ids.ts';
import type { AccessControl } from '../offers.ts';
import type { RecordCache } from '../records/cache.ts';
import { type CompiledBlock, compileBlock } from './patterns.ts';
import { builtInRoles, customRole, permissionBlocks, type RoleDefinition } from './roles.ts';

export const accessTypes = {
  roleAssignments: 'Microsoft.Authorization/roleAssignments',
  roleDefinitions: 'Microsoft.Authorization/roleDefinitions',
  denyAssignments: 'Microsoft.Authorization/denyAssignments',
} as const;

export const accessLimits = {
  /** Group memberships are asked for again after this time when the directory cannot tell of changes. */
  groupMemoryMs: 1000,
  /** Remembered answers, and pairs of principal and scope; all are forgotten when they come to more. */
  remembered: 50_000,
  /** Of a scope or an action that is remembered: whoever is signed in may ask for any. */
  rememberedCharacters: 512,
} as const;

/** Everyone, in the principals of a deny assignment. */
const everyone = '00000000-0000-0000-0000-000000000000';

interface Assignment {
  readonly scope: string;
  readonly role: RoleDefinition;
}

/** A deny assignment, ready to be asked. */
export interface Denial {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly childScopes: boolean;
  readonly principals: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
  readonly blocks: readonly CompiledBlock[];
}

/** What one principal may do at one scope, with the answers given so far. */
interface ScopedAccess {
  readonly blocks: readonly CompiledBlock[];
  readonly denials: readonly Denial[];
  /** By action, as it was asked for; made when the first is asked. */
  readonly decisions: Partial<Record<'action' | 'data', Map<string, Decision>>>;
}

/** Why an action is granted or not. */
export interface Decision {
  readonly granted: boolean;
  /** The deny assignment that took away what a role would have granted. */
  readonly deniedBy: Denial | undefined;
}

/**
 * Role-based access control: deny assignments win, then any role assignment at the scope or above it grants.
 * Answers are remembered per principal and scope, and forgotten when anything they rest on changes.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/overview
 */
export class Access implements AccessControl {
  readonly #cache: RecordCache;
  readonly #directory: CallerDirectory;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #closers: { close(): void }[] = [];
  #tables: Tables | undefined;
  /** By principal, then by scope. */
  #scoped = new Map<string, Map<string, ScopedAccess>>();
  /** How much of `remembered` is used. */
  #remembered = 0;
  /** Grows when memberships change: what was asked before must not be remembered after. */
  #membershipVersion = 0;
  #groups = new Map<string, { readonly ids: readonly string[]; readonly untilMs: number }>();

  constructor(options: { cache: RecordCache; directory: CallerDirectory; clock: Clock }) {
    this.#cache = options.cache;
    this.#directory = options.directory;
    this.#clock = options.clock;
  }

  start(): void {
    const types = new Set<string>(Object.values(accessTypes).map((type) => type.toLowerCase()));
    this.#closers.push(
      this.#cache.onChange((record) => {
        if (types.has(record.type.toLowerCase())) this.#forget();
      }),
    );
    const groups = this.#directory.watchGroups?.(() => {
      this.#membershipVersion++;
      this.#groups = new Map();
      this.#forgetAnswers();
      for (const listener of this.#listeners) listener();
    });
    if (groups) this.#closers.push(groups);
  }

  close(): void {
    for (const closer of this.#closers) closer.close();
    this.#listeners.clear();
  }

  async can(caller: { readonly objectId: string }, action: string, scope: string): Promise<boolean> {
    return (await this.decide(caller.objectId, action, scope)).granted;
  }

  async canData(principalObjectId: string, dataAction: string, scope: string): Promise<boolean> {
    return (await this.#decide(principalObjectId, dataAction, { scope, kind: 'data' })).granted;
  }

  /** Like `can`, with the deny assignment that decided. */
  decide(objectId: string, action: string, scope: string): Promise<Decision> {
    return this.#decide(objectId, action, { scope, kind: 'action' });
  }

  /** True when the principal holds a role somewhere below `scope`: then a list there is filtered, not refused. */
  async hasRoleBelow(objectId: string, scope: string): Promise<boolean> {
    const { assignments } = this.#current();
    const length = scope === '/' ? 0 : scope.length;
    for (const id of await this.principalsOf(objectId)) {
      for (const { scope: at } of assignments.get(id) ?? []) {
        if (at.length > length && isWithin(at, scope)) return true;
      }
    }
    return false;
  }

  /** Permission blocks that the principal holds at `scope`, as the `permissions` list prints them. */
  async rolesAt(objectId: string, scope: string): Promise<RoleDefinition[]> {
    const { assignments } = this.#current();
    const found = new Set<RoleDefinition>();
    for (const id of await this.principalsOf(objectId)) {
      for (const { scope: at, role } of assignments.get(id) ?? []) if (isWithin(scope, at)) found.add(role);
    }
    return [...found];
  }

  /** The definition behind a guid, built-in or custom. */
  role(guid: string): RoleDefinition | undefined {
    return this.#current().roles.get(guid.toLowerCase());
  }

  /** The principal and the groups that hold it, in lower case. */
  async principalsOf(objectId: string): Promise<readonly string[]> {
    return [objectId.toLowerCase(), ...(await this.#groupsOf(objectId))];
  }

  watch(onChange: () => void): { close(): void } {
    this.#listeners.add(onChange);
    return { close: () => this.#listeners.delete(onChange) };
  }

  async #decide(
    objectId: string,
    action: string,
    at: { readonly scope: string; readonly kind: 'action' | 'data' },
  ): Promise<Decision> {
    let groups: readonly string[];
    let version: number;
    do {
      version = this.#membershipVersion;
      groups = await this.#groupsOf(objectId);
    } while (version !== this.#membershipVersion);
    const access = this.#scopedAccess(objectId, groups, at.scope);
    const decisions = (access.decisions[at.kind] ??= new Map());
    const known = decisions.get(action);
    if (known) return known;
    const decision = evaluate(access, action.toLowerCase(), at.kind);
    if (action.length <= accessLimits.rememberedCharacters) {
      this.#makeRoom();
      decisions.set(action, decision);
    }
    return decision;
  }

  #makeRoom(): void {
    if (this.#remembered >= accessLimits.remembered) this.#forgetAnswers();
    this.#remembered++;
  }

  #forgetAnswers(): void {
    this.#scoped = new Map();
    this.#remembered = 0;
  }

  /** Remembered by scope and principal as they were asked for: most who ask write them alike. */
  #scopedAccess(objectId: string, groups: readonly string[], asked: string): ScopedAccess {
    const known = this.#scoped.get(objectId)?.get(asked);
    if (known) return known;
    const scope = asked.toLowerCase();
    const { assignments, denials } = this.#current();
    const principals = [objectId.toLowerCase(), ...groups];
    const blocks = new Set<CompiledBlock>();
    for (const principal of principals) {
      for (const { scope: granted, role } of assignments.get(principal) ?? []) {
        if (isWithin(scope, granted)) for (const block of role.blocks) blocks.add(block);
      }
    }
    const access: ScopedAccess = {
      blocks: [...blocks],
      denials: denials.filter((denial) => applies(denial, principals, scope)),
      decisions: {},
    };
    if (asked.length > accessLimits.rememberedCharacters) return access;
    this.#makeRoom();
    const scopes = this.#scoped.get(objectId);
    if (scopes) scopes.set(asked, access);
    else this.#scoped.set(objectId, new Map([[asked, access]]));
    return access;
  }

  async #groupsOf(objectId: string): Promise<readonly string[]> {
    const known = this.#groups.get(objectId);
    // Memberships that are told of need no clock.
    const nowMs = this.#directory.watchGroups ? 0 : this.#clock.monotonic();
    if (known && known.untilMs > nowMs) return known.ids;
    const version = this.#membershipVersion;
    const ids = (await this.#directory.groupsOf(objectId)).map((id) => id.toLowerCase());
    if (version !== this.#membershipVersion) return ids;
    const untilMs = this.#directory.watchGroups ? Infinity : nowMs + accessLimits.groupMemoryMs;
    const moved = known !== undefined && known.ids.join() !== ids.join();
    if (!known || moved) this.#forgetPrincipal(objectId);
    this.#groups.set(objectId, { ids, untilMs });
    if (moved) for (const listener of this.#listeners) listener();
    return ids;
  }

  #forgetPrincipal(objectId: string): void {
    this.#scoped.delete(objectId);
  }

  #forget(): void {
    this.#tables = undefined;
    this.#forgetAnswers();
    for (const listener of this.#listeners) listener();
  }

  #current(): Tables {
    return (this.#tables ??= buildTables(this.#cache));
  }
}

interface Tables {
  readonly roles: ReadonlyMap<string, RoleDefinition>;
  readonly assignments: ReadonlyMap<string, readonly Assignment[]>;
  readonly denials: readonly Denial[];
}

function buildTables(cache: RecordCache): Tables {
  const roles = new Map(builtInRoles);
  for (const record of cache.list('', accessTypes.roleDefinitions)) {
    const role = customRole(record);
    roles.set(role.guid, role);
  }
  const assignments = new Map<string, Assignment[]>();
  for (const { properties } of cache.list('', accessTypes.roleAssignments)) {
    const guid = String(properties.roleDefinitionId).split('/').at(-1)?.toLowerCase() ?? '';
    const role = roles.get(guid);
    if (!role || !countsAt(role, String(properties.scope))) continue;
    const principal = String(properties.principalId).toLowerCase();
    const list = assignments.get(principal) ?? [];
    list.push({ scope: String(properties.scope).toLowerCase(), role });
    assignments.set(principal, list);
  }
  return { roles, assignments, denials: cache.list('', accessTypes.denyAssignments).map(denial) };
}

/** A role given where it may no longer be assigned, or was never, is no role there. */
function countsAt({ assignableScopes }: RoleDefinition, scope: string): boolean {
  return assignableScopes === undefined || assignableScopes.some((assignable) => isWithin(scope, assignable));
}

function denial(record: ResourceRecord): Denial {
  const { properties } = record;
  return {
    id: record.id,
    name: String(properties.denyAssignmentName ?? record.name),
    scope: String(properties.scope),
    childScopes: properties.doNotApplyToChildScopes !== true,
    principals: principalIds(properties.principals),
    excluded: principalIds(properties.excludePrincipals),
    blocks: permissionBlocks(properties).map(compileBlock),
  };
}

function principalIds(list: Json | undefined): Set<string> {
  return new Set(
    (Array.isArray(list) ? list : []).filter(isObject).map(({ id }) => String(id).toLowerCase()),
  );
}

function applies(denial: Denial, principals: readonly string[], scope: string): boolean {
  if (!isWithin(scope, denial.scope)) return false;
  if (!denial.childScopes && scope !== denial.scope.toLowerCase()) return false;
  if (principals.some((id) => denial.excluded.has(id))) return false;
  return denial.principals.has(everyone) || principals.some((id) => denial.principals.has(id));
}

function evaluate(access: ScopedAccess, action: string, kind: 'action' | 'data'): Decision {
  const grants = (block: CompiledBlock) =>
    kind === 'action' ? block.grantsAction(action) : block.grantsData(action);
  if (!access.blocks.some(grants)) return { granted: false, deniedBy: undefined };
  const deniedBy = access.denials.find((denial) => denial.blocks.some(grants));
  return { granted: deniedBy === undefined, deniedBy };
}
