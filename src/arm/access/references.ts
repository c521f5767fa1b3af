import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import type { BodyReference, Caller, ResourceType } from '../contract.ts';
import { envelopeMembers } from '../envelope.ts';
import { refusals } from '../errors.ts';
import { identityReference } from '../identity.ts';
import { isWithin, parseId, type ResourcePath, resourceId } from '../ids.ts';
import type { RecordCache } from '../records/cache.ts';
import { permissionBase } from '../registry.ts';
import type { Access } from './access.ts';

const referenceLimits = { idsPerRequest: 1000 } as const;

/** An id in a body, where it stands and what its place says about it. */
interface Found {
  readonly id: string;
  /** Full type of the id. */
  readonly type: string;
  /** As the refusal names it, e.g. `properties.agentPoolProfiles[0].vnetSubnetID`. */
  readonly path: string;
  readonly rule: BodyReference | undefined;
}

/** A write whose body may point at other resources. */
export interface ReferringWrite {
  readonly type: ResourceType;
  readonly id: string;
  /** The id that was asked for, as the refusal names it. */
  readonly scope: string;
  readonly verb: 'put' | 'patch';
  /** As the caller sent it: what a PATCH does not name was asked for when it was written. */
  readonly body: JsonObject;
  readonly caller: Caller;
}

/**
 * Linked access: whoever writes an id into a resource needs a right at that id as well. Places that the type declares
 * ask for what is declared; an id anywhere else asks for the right to read what it names, so that no place is open by
 * being forgotten. Answers the ids at declared places. Throws LinkedInvalidPropertyId, LinkedAuthorizationFailed, or
 * what a place says of an id behind which nothing is.
 * Source: https://github.com/Azure/azure-resource-manager-rpc (linked access checks)
 */
export async function demandReferences(
  access: Access,
  cache: RecordCache,
  write: ReferringWrite,
): Promise<readonly string[]> {
  if (write.type.asksItself) return [];
  const found = findReferences(write);
  if (found.length > referenceLimits.idsPerRequest) {
    throw refusals.invalidContent(`The body names more than ${referenceLimits.idsPerRequest} resources.`);
  }
  const lacking: { readonly action: string; readonly scope: string }[] = [];
  for (const { id, type, rule } of found) {
    const action = linkedAction(type, rule);
    if (!(await access.can(write.caller, action, id))) lacking.push({ action, scope: id });
  }
  if (lacking.length > 0) {
    throw refusals.linkedAuthorizationFailed(write.caller, {
      action: `${permissionBase(write.type)}/write`,
      scope: write.scope,
      linkedAction: lacking.map(({ action }) => action).join(','),
      linkedScope: lacking.map(({ scope }) => scope).join(','),
    });
  }
  for (const { id, path, rule } of found) {
    const record = cache.get(id)?.record;
    if (rule?.missing && !record) throw rule.missing({ id, path, by: write.id });
    if (rule && record?.provisioningState === 'Deleting') {
      throw refusals.referenceBeingDeleted(record.id, write.id);
    }
  }
  return found.filter(({ rule }) => rule !== undefined).map(({ id }) => id);
}

function declaredReferences(type: ResourceType): readonly BodyReference[] {
  const own = type.references ?? [];
  return type.envelope?.includes('identity') ? [identityReference, ...own] : own;
}

function linkedAction(type: string, rule: BodyReference | undefined): string {
  const permission = rule?.permission ?? 'read';
  return permission.includes('/') ? permission : `${type}/${permission}`;
}

/** Where a type declares ids: by the members of objects, the items of lists, the names of maps. */
interface Declared {
  rule?: BodyReference;
  names?: BodyReference;
  items?: Declared;
  readonly members: Map<string, Declared>;
}

interface TypeReferences {
  /** By their pattern. */
  readonly rules: ReadonlyMap<string, BodyReference>;
  readonly places: Declared;
}

const knownReferences = new WeakMap<ResourceType, TypeReferences>();

function referencesOf(type: ResourceType): TypeReferences {
  const known = knownReferences.get(type);
  if (known) return known;
  const declared = declaredReferences(type);
  const places: Declared = { members: new Map() };
  for (const rule of declared) declare(places, rule);
  const found = { rules: new Map(declared.map((rule) => [rule.path, rule])), places };
  knownReferences.set(type, found);
  return found;
}

function declare(places: Declared, rule: BodyReference): void {
  let at = places;
  for (const step of rule.path.match(/\[\]|\{\}|[^.[\]{}]+/g) ?? []) {
    if (step === '{}') {
      at.names = rule;
      return;
    }
    const next: Declared = (step === '[]' ? at.items : at.members.get(step)) ?? { members: new Map() };
    if (step === '[]') at.items = next;
    else at.members.set(step, next);
    at = next;
  }
  at.rule = rule;
}

/** False when no id can stand in a value: what most bodies say is found out without working out where it stands. */
function mayRefer(value: Json | undefined, at: Declared | undefined): boolean {
  if (typeof value === 'string') return at?.rule !== undefined || value.startsWith('/');
  if (Array.isArray(value)) return value.some((item) => mayRefer(item, at?.items));
  if (!isObject(value)) return false;
  for (const name of Object.keys(value)) {
    if (at?.names || name.startsWith('/') || mayRefer(value[name], at?.members.get(name))) return true;
  }
  return false;
}

function findReferences({ type, id: own, verb, body }: ReferringWrite): Found[] {
  const { rules, places } = referencesOf(type);
  const written = writtenMembers(type, verb);
  if (!written.some((member) => mayRefer(body[member], places.members.get(member)))) return [];
  const found = new Map<string, Found>();
  const take = (value: string, at: Place) => {
    const rule = rules.get(at.pattern);
    if (rule?.printed || rule?.words?.some((word) => word.toLowerCase() === value.toLowerCase())) return;
    if (!rule && !looksLikeId(value)) return;
    const path = canonical(value);
    if (!path || !mayStand(path, rule)) {
      throw (
        rule?.malformed?.({ id: value, path: at.path, by: own }) ??
        refusals.linkedInvalidPropertyId(value, at.path)
      );
    }
    const id = resourceId(path);
    // A resource speaks of itself, its children and what it stands in without asking.
    if (!rule && (isWithin(id, own) || isWithin(own, id))) return;
    const key = `${id.toLowerCase()} ${linkedAction(fullTypeOf(path), rule)}`;
    if (!found.has(key)) found.set(key, { id, type: fullTypeOf(path), path: at.path, rule });
  };
  for (const member of written) {
    walk(body[member], { pattern: member, path: member }, take);
  }
  return [...found.values()];
}

/** What of a body ends in the record, but for tags: they may say anything. */
function writtenMembers(type: ResourceType, verb: 'put' | 'patch'): string[] {
  const sent = ['properties', ...envelopeMembers.filter((member) => type.envelope?.includes(member))];
  if (verb === 'put' || type.patchable === undefined) return sent;
  return sent.filter((member) => type.patchable?.some((name) => name === member));
}

interface Place {
  /** As declared: `[]` for any item of a list, `{}` for the names of a map. */
  readonly pattern: string;
  readonly path: string;
}

/** Bodies nest within the limit of `json-input.ts`. */
function walk(value: Json | undefined, at: Place, take: (text: string, at: Place) => void): void {
  if (typeof value === 'string') take(value, at);
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      walk(item, { pattern: `${at.pattern}[]`, path: `${at.path}[${index}]` }, take);
    }
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      // A name with the value null asks a PATCH to take it away.
      if (item === null) continue;
      take(name, { pattern: `${at.pattern}{}`, path: at.path });
      walk(item, { pattern: `${at.pattern}.${name}`, path: `${at.path}.${name}` }, take);
    }
  }
}

/** Sentences are no ids: what holds a blank names nothing. */
function looksLikeId(text: string): boolean {
  return (
    /^\/+(?:subscriptions\/+[^/]+\/+(?:resourcegroups|providers)|providers)\/+[^/\s]/i.test(text) &&
    !/\s/.test(text)
  );
}

/** The path that an id spells; undefined for what no id is, or another id than it looks like. */
function canonical(text: string): ResourcePath | undefined {
  const plain = text.replace(/\/$/, '');
  if (/\/\/|\/\.{1,2}(?:\/|$)|[?#%\\]/.test(plain)) return undefined;
  return parseId(plain);
}

function mayStand(path: ResourcePath, rule: BodyReference | undefined): boolean {
  if (!rule?.types) return true;
  const type = fullTypeOf(path).toLowerCase();
  return rule.types.some((allowed) => allowed.toLowerCase() === type);
}

function fullTypeOf({ kind, namespace, types }: ResourcePath): string {
  if (kind === 'group') return 'Microsoft.Resources/subscriptions/resourceGroups';
  return `${namespace}/${types.join('/')}`;
}
