import type { AccessDecision } from '../../apimachinery/contract.ts';
import { labelsOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { readLabelSelector } from '../../apimachinery/selectors/label-selector.ts';
import type { Labels } from '../../apimachinery/selectors/labels.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { Collection, CollectionEvent } from '../storage/collection.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { type PolicyRule, rulesOf } from './rules.ts';

export interface RoleReference {
  readonly kind: string;
  readonly name: string;
}

/** One of the kinds of RBAC as it is stored. */
export interface Source {
  readonly collection: Collection;
  readonly served: ServedResource;
}

/**
 * Follows one kind: each state of an object is read once, and a change costs what it changes. Otherwise whoever writes in one
 * namespace would slow down everybody.
 */
class Followed<T> {
  readonly #source: Source;
  readonly #read: (object: JsonObject) => T;
  readonly #known = new WeakMap<StoredObject, T>();

  constructor(source: Source, read: (object: JsonObject) => T) {
    this.#source = source;
    this.#read = read;
  }

  /** Calls `add` for all that there is and `change` for whatever becomes of it. */
  follow(add: (one: T) => void, change: (gone: T | undefined, one: T | undefined) => void): void {
    for (const one of this.all()) add(one);
    this.#source.collection.listen(({ type, object, previous }: CollectionEvent) =>
      change(previous && this.#of(previous), type === 'DELETED' ? undefined : this.#of(object)),
    );
  }

  *all(): Generator<T> {
    for (const stored of this.#source.collection.scan('')) yield this.#of(stored);
  }

  #of(stored: StoredObject): T {
    let known = this.#known.get(stored);
    if (known === undefined) this.#known.set(stored, (known = this.#read(stored.peek(this.#source.served))));
    return known;
  }
}

interface ReadBinding {
  /** `namespace/User/name`, `namespace/Group/name`, of a ClusterRoleBinding without the namespace; service accounts are users. */
  readonly subjects: readonly string[];
  readonly role: Grant;
}

/** A role as one binding gives it. */
export class Grant implements RoleReference {
  readonly kind: string;
  readonly name: string;
  /** Such as `ClusterRoleBinding "b" of ClusterRole "r" to `. */
  readonly #text: string;
  /** What subjects are called, by their keys: `User "u"`. */
  readonly #subjects: ReadonlyMap<string, string>;
  readonly #decisions = new Map<string, AccessDecision>();

  constructor(role: RoleReference, binding: string, subjects: ReadonlyMap<string, string>) {
    this.kind = role.kind;
    this.name = role.name;
    this.#text = `${binding} of ${role.kind} ${goQuote(role.name)} to `;
    this.#subjects = subjects;
  }

  /** The decision of a rule that `User/name` or `Group/name` has by this; made once for each. */
  allows(subject: string): AccessDecision {
    let decision = this.#decisions.get(subject);
    if (!decision) {
      const reason = `RBAC: allowed by ${this.#text}${this.#subjects.get(subject) ?? subject}`;
      decision = { decision: 'allow', reason };
      this.#decisions.set(subject, decision);
    }
    return decision;
  }
}

/** Which roles bindings give to whom. Those of other namespaces are never looked at. */
export class GrantIndex {
  readonly #given = new Map<string, Set<Grant>>();

  constructor(...sources: readonly Source[]) {
    for (const source of sources) {
      new Followed(source, readBinding).follow(
        (binding) => this.#add(binding),
        (gone, binding) => {
          if (gone) this.#drop(gone);
          if (binding) this.#add(binding);
        },
      );
    }
  }

  /** The roles that are given to `User/name` or `Group/name` in a namespace; '' for the whole cluster. */
  of(namespace: string, subject: string): Iterable<Grant> {
    return this.#given.get(`${namespace}/${subject}`) ?? [];
  }

  #add({ subjects, role }: ReadBinding): void {
    for (const subject of subjects) {
      const known = this.#given.get(subject);
      if (known) known.add(role);
      else this.#given.set(subject, new Set([role]));
    }
  }

  #drop({ subjects, role }: ReadBinding): void {
    for (const subject of subjects) {
      const known = this.#given.get(subject);
      if (known?.delete(role) && known.size === 0) this.#given.delete(subject);
    }
  }
}

interface ReadRole {
  /** `namespace/name`, or the name of a ClusterRole. */
  readonly key: string;
  readonly rules: readonly PolicyRule[];
  readonly labels: Labels;
  /** Tells what an aggregate consists of. */
  readonly selects: ((labels: Labels) => boolean) | undefined;
}

/** Rules of roles by what bindings call them. */
export class RoleIndex {
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  readonly #cluster: Followed<ReadRole>;
  /** Worked out anew after a change of any of them: aggregates select among all. */
  #clusterRoles: ReadonlyMap<string, readonly PolicyRule[]> | undefined;

  constructor(sources: { readonly roles: Source; readonly clusterRoles: Source }) {
    const put = ({ key, rules }: ReadRole) => void this.#roles.set(key, rules);
    new Followed(sources.roles, readRole).follow(put, (gone, role) => {
      if (gone) this.#roles.delete(gone.key);
      if (role) put(role);
    });
    this.#cluster = new Followed(sources.clusterRoles, readRole);
    this.#cluster.follow(
      () => {},
      () => {
        this.#clusterRoles = undefined;
      },
    );
  }

  /** Undefined when there is no such role. */
  rules({ kind, name }: RoleReference, namespace: string): readonly PolicyRule[] | undefined {
    if (kind !== 'ClusterRole') return this.#roles.get(`${namespace}/${name}`);
    this.#clusterRoles ??= withAggregates([...this.#cluster.all()]);
    return this.#clusterRoles.get(name);
  }
}

/** An aggregate consists of the roles that it selects, and of what aggregates among them consist of, whatever it holds itself. */
function withAggregates(all: readonly ReadRole[]): Map<string, readonly PolicyRule[]> {
  const rules = new Map(all.map((role) => [role.key, role.rules]));
  const aggregates = all.filter(({ selects }) => selects !== undefined);
  const chosen = new Map(
    aggregates.map((role) => [role, all.filter((other) => other !== role && role.selects?.(other.labels))]),
  );
  for (const role of aggregates) {
    // A set that grows while it is walked through: aggregates may select each other.
    const parts = new Set(chosen.get(role));
    for (const part of parts) for (const further of chosen.get(part) ?? []) parts.add(further);
    rules.set(
      role.key,
      [...parts].flatMap((part) => (chosen.has(part) ? [] : part.rules)),
    );
  }
  return rules;
}

function readRole(role: JsonObject): ReadRole {
  const { namespace, name } = readMetadata(role);
  const place = textOf(namespace);
  const aggregation = role['aggregationRule'];
  const selectors = isObject(aggregation) ? aggregation['clusterRoleSelectors'] : undefined;
  const matchers = Array.isArray(selectors) ? selectors.filter(isObject).map(readLabelSelector) : undefined;
  return {
    key: place === '' ? textOf(name) : `${place}/${textOf(name)}`,
    rules: rulesOf(role),
    labels: labelsOf(role) ?? {},
    selects: matchers && ((labels) => matchers.some((matches) => matches(labels))),
  };
}

function readBinding(binding: JsonObject): ReadBinding {
  const { roleRef, subjects } = binding;
  const metadata = readMetadata(binding);
  const namespace = textOf(metadata['namespace']);
  const named = isObject(roleRef) && Array.isArray(subjects) ? subjects.filter(isObject) : [];
  const { kind, name } = isObject(roleRef) ? roleRef : {};
  const own = textOf(metadata['name']);
  const text =
    namespace === '' ? `ClusterRoleBinding ${goQuote(own)}` : `RoleBinding ${goQuote(`${own}/${namespace}`)}`;
  const called = new Map(named.map((subject) => [subjectKey(subject), subjectText(subject)]));
  return {
    subjects: [...called.keys()].map((key) => `${namespace}/${key}`),
    role: new Grant({ kind: textOf(kind), name: textOf(name) }, text, called),
  };
}

function subjectKey(subject: JsonObject): string {
  const name = textOf(subject['name']);
  if (subject['kind'] === 'ServiceAccount') {
    return `User/system:serviceaccount:${textOf(subject['namespace'])}:${name}`;
  }
  return `${textOf(subject['kind'])}/${name}`;
}

function subjectText({ kind, name, namespace }: JsonObject): string {
  const text = kind === 'ServiceAccount' ? `${textOf(name)}/${textOf(namespace)}` : textOf(name);
  return `${textOf(kind)} ${goQuote(text)}`;
}
