import type { AccessDecision, AccessReview, UserInfo } from '../../apimachinery/contract.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import { type Grant, GrantIndex, RoleIndex, type RoleReference, type Source } from './rbac-index.ts';
import { type PolicyRule, ruleAllows } from './rules.ts';

const group = 'rbac.authorization.k8s.io';

interface Indexes {
  readonly grants: GrantIndex;
  readonly roles: RoleIndex;
}

/** Role-based access control over the cluster's own roles and bindings. */
export class Rbac {
  readonly #storage: ClusterStorage;
  readonly #resources: ResourceRegistry;
  readonly #onChange: () => void;
  #opening: Promise<Indexes> | undefined;
  #indexes: Indexes | undefined;

  /** `onChange` is called when roles or bindings change. */
  constructor(storage: ClusterStorage, resources: ResourceRegistry, onChange: () => void) {
    this.#storage = storage;
    this.#resources = resources;
    this.#onChange = onChange;
  }

  async authorize(review: AccessReview): Promise<AccessDecision> {
    const indexes = this.#indexes ?? (await this.#opened());
    const namespace = review.resource?.namespace ?? '';
    for (const { subject, grant, rules } of grantsFor(indexes, review.user, namespace)) {
      for (const rule of rules) if (ruleAllows(rule, review)) return grant.allows(subject);
    }
    return { decision: 'no-opinion', reason: '' };
  }

  /** What a user holds in a namespace; '' for cluster-wide rules only. */
  async rulesOfUser(user: UserInfo, namespace: string): Promise<PolicyRule[]> {
    const grants = grantsFor(this.#indexes ?? (await this.#opened()), user, namespace);
    return [...grants].flatMap(({ rules }) => rules);
  }

  /** The rules of a role that a binding in `namespace` names; undefined when there is no such role. */
  async rulesOfRole(role: RoleReference, namespace: string): Promise<readonly PolicyRule[] | undefined> {
    return (this.#indexes ?? (await this.#opened())).roles.rules(role, namespace);
  }

  /** A store that could not be read is asked again by the next one. */
  async #opened(): Promise<Indexes> {
    this.#opening ??= this.#open();
    try {
      return await this.#opening;
    } catch (thrown) {
      this.#opening = undefined;
      throw thrown;
    }
  }

  async #open(): Promise<Indexes> {
    const [clusterRoles, clusterBindings, roles, bindings] = await Promise.all([
      this.#source('clusterroles'),
      this.#source('clusterrolebindings'),
      this.#source('roles'),
      this.#source('rolebindings'),
    ]);
    // From here to the end nothing is waited for: what is read and what is followed are one state.
    const indexes = {
      grants: new GrantIndex(clusterBindings, bindings),
      roles: new RoleIndex({ roles, clusterRoles }),
    };
    // Behind the indexes, so that whoever is told and asks finds them changed.
    for (const { collection } of [clusterRoles, clusterBindings, roles, bindings]) {
      collection.listen(() => this.#onChange());
    }
    this.#indexes = indexes;
    return indexes;
  }

  async #source(resource: string): Promise<Source> {
    const served = this.#resources.find(group, 'v1', resource);
    if (!served) throw new Error(`${resource} are not served`);
    return { collection: await this.#storage.collection(served), served };
  }
}

interface Granted {
  readonly subject: string;
  readonly grant: Grant;
  readonly rules: readonly PolicyRule[];
}

function* grantsFor({ grants, roles }: Indexes, user: UserInfo, namespace: string): Generator<Granted> {
  const places = namespace === '' ? [''] : ['', namespace];
  for (const subject of [`User/${user.username}`, ...user.groups.map((name) => `Group/${name}`)]) {
    for (const place of places) {
      for (const grant of grants.of(place, subject)) {
        yield { subject, grant, rules: roles.rules(grant, place) ?? [] };
      }
    }
  }
}
