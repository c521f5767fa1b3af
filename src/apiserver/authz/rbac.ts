import type { AccessDecision, AccessReview, UserInfo } from '../../apimachinery/contract.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { readLabelSelector } from '../../apimachinery/selectors/label-selector.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import type { Collection } from '../storage/collection.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { type PolicyRule, ruleAllows, rulesOf } from './rules.ts';

const group = 'rbac.authorization.k8s.io';

interface RoleReference {
  readonly kind: string;
  readonly name: string;
}

/** A binding as its subjects see it. */
interface Grant {
  /** '' for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly role: RoleReference;
}

/** Bindings by subject and roles by name, worked out when they are next needed after a change. */
interface Compiled {
  /** Keys are `User/name`, `Group/name`; service accounts are users. */
  readonly grants: ReadonlyMap<string, readonly Grant[]>;
  readonly clusterRoles: ReadonlyMap<string, readonly PolicyRule[]>;
  /** By `namespace/name`. */
  readonly roles: ReadonlyMap<string, readonly PolicyRule[]>;
}

/** Role-based access control over the cluster's own roles and bindings. */
export class Rbac {
  readonly #storage: ClusterStorage;
  readonly #resources: ResourceRegistry;
  readonly #onChange: () => void;
  #sources: Sources | undefined;
  #compiled: Compiled | undefined;

  /** `onChange` is called when roles or bindings change. */
  constructor(storage: ClusterStorage, resources: ResourceRegistry, onChange: () => void) {
    this.#storage = storage;
    this.#resources = resources;
    this.#onChange = onChange;
  }

  async authorize(review: AccessReview): Promise<AccessDecision> {
    const compiled = this.#compiled ?? (await this.#compile());
    const namespace = review.resource?.namespace ?? '';
    for (const rule of rulesFor(compiled, review.user, namespace)) {
      if (ruleAllows(rule, review)) return { decision: 'allow', reason: '' };
    }
    return { decision: 'no-opinion', reason: '' };
  }

  /** What a user holds in a namespace; '' for cluster-wide rules only. */
  async rulesOfUser(user: UserInfo, namespace: string): Promise<PolicyRule[]> {
    return [...rulesFor(this.#compiled ?? (await this.#compile()), user, namespace)];
  }

  /** The rules of a role that a binding in `namespace` names; undefined when there is no such role. */
  async rulesOfRole(role: RoleReference, namespace: string): Promise<readonly PolicyRule[] | undefined> {
    return resolve(this.#compiled ?? (await this.#compile()), role, namespace);
  }

  async #compile(): Promise<Compiled> {
    this.#sources ??= await this.#open();
    this.#compiled ??= compile(this.#sources);
    return this.#compiled;
  }

  async #open(): Promise<Sources> {
    const [clusterRoles, clusterBindings, roles, bindings] = await Promise.all([
      this.#source('clusterroles'),
      this.#source('clusterrolebindings'),
      this.#source('roles'),
      this.#source('rolebindings'),
    ]);
    return { clusterRoles, clusterBindings, roles, bindings };
  }

  async #source(resource: string): Promise<Source> {
    const served = this.#resources.find(group, 'v1', resource);
    if (!served) throw new Error(`${resource} are not served`);
    const collection = await this.#storage.collection(served);
    collection.listen(() => {
      this.#compiled = undefined;
      this.#onChange();
    });
    return { collection, served };
  }
}

interface Source {
  readonly collection: Collection;
  readonly served: ServedResource;
}

interface Sources {
  readonly clusterRoles: Source;
  readonly clusterBindings: Source;
  readonly roles: Source;
  readonly bindings: Source;
}

function* objectsOf({ collection, served }: Source): Generator<JsonObject> {
  for (const object of collection.scan('')) yield object.peek(served);
}

function compile(sources: Sources): Compiled {
  const grants = new Map<string, Grant[]>();
  for (const binding of objectsOf(sources.clusterBindings)) addGrants(grants, binding, '');
  for (const binding of objectsOf(sources.bindings)) {
    addGrants(grants, binding, textOf(readMetadata(binding)['namespace']));
  }
  const roles = new Map<string, readonly PolicyRule[]>();
  for (const role of objectsOf(sources.roles)) {
    const { namespace, name } = readMetadata(role);
    roles.set(`${textOf(namespace)}/${textOf(name)}`, rulesOf(role));
  }
  return { grants, roles, clusterRoles: compileClusterRoles([...objectsOf(sources.clusterRoles)]) };
}

function compileClusterRoles(objects: readonly JsonObject[]): Map<string, readonly PolicyRule[]> {
  const rules = new Map<string, readonly PolicyRule[]>();
  for (const role of objects) rules.set(textOf(readMetadata(role)['name']), rulesOf(role));
  // Twice, so that an aggregate of aggregates is complete.
  for (let pass = 0; pass < 2; pass++) {
    for (const role of objects) {
      const name = textOf(readMetadata(role)['name']);
      const collected = aggregated(role, objects, rules);
      if (collected) rules.set(name, collected);
    }
  }
  return rules;
}

function aggregated(
  role: JsonObject,
  objects: readonly JsonObject[],
  rules: ReadonlyMap<string, readonly PolicyRule[]>,
): PolicyRule[] | undefined {
  const rule = role['aggregationRule'];
  const selectors = isObject(rule) ? rule['clusterRoleSelectors'] : undefined;
  if (!Array.isArray(selectors)) return undefined;
  const matchers = selectors.filter(isObject).map(readLabelSelector);
  const collected: PolicyRule[] = [];
  for (const other of objects) {
    if (other === role) continue;
    const { labels, name } = readMetadata(other);
    const texts: Record<string, string> = {};
    if (isObject(labels)) for (const [key, value] of Object.entries(labels)) texts[key] = textOf(value);
    if (matchers.some((matches) => matches(texts))) collected.push(...(rules.get(textOf(name)) ?? []));
  }
  return collected;
}

function addGrants(grants: Map<string, Grant[]>, binding: JsonObject, namespace: string): void {
  const { roleRef, subjects } = binding;
  if (!isObject(roleRef) || !Array.isArray(subjects)) return;
  const grant = { namespace, role: { kind: textOf(roleRef['kind']), name: textOf(roleRef['name']) } };
  for (const subject of subjects) {
    if (!isObject(subject)) continue;
    const key = subjectKey(subject);
    const known = grants.get(key);
    if (known) known.push(grant);
    else grants.set(key, [grant]);
  }
}

function subjectKey(subject: JsonObject): string {
  const name = textOf(subject['name']);
  if (subject['kind'] === 'ServiceAccount') {
    return `User/system:serviceaccount:${textOf(subject['namespace'])}:${name}`;
  }
  return `${textOf(subject['kind'])}/${name}`;
}

function* rulesFor(compiled: Compiled, user: UserInfo, namespace: string): Generator<PolicyRule> {
  const keys = [`User/${user.username}`, ...user.groups.map((name) => `Group/${name}`)];
  for (const key of keys) {
    for (const grant of compiled.grants.get(key) ?? []) {
      if (grant.namespace !== '' && grant.namespace !== namespace) continue;
      yield* resolve(compiled, grant.role, grant.namespace) ?? [];
    }
  }
}

function resolve(
  { clusterRoles, roles }: Compiled,
  { kind, name }: RoleReference,
  namespace: string,
): readonly PolicyRule[] | undefined {
  return kind === 'ClusterRole' ? clusterRoles.get(name) : roles.get(`${namespace}/${name}`);
}
