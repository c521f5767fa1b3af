import { kindOf, type WriteTarget } from '../../apimachinery/admission.ts';
import { nameOf } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { constraintFor, type TargetConstraint } from '../matching/constraint.ts';
import { KeptByTarget } from '../matching/kept-by-target.ts';
import { mayBeAsked } from '../matching/rules.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { type Binding, bindingOf } from './binding.ts';
import { type NotConfigured, type ParamSource, servedParams } from './params.ts';
import type { Policy } from './policy.ts';

/** A policy that speaks of a target, and what is bound to it. */
export interface Concern<P extends Policy> {
  readonly policy: P;
  readonly matches: TargetConstraint;
  /** Where its parameters lie, or why nowhere; undefined for a policy without. */
  readonly params: ServedResource | NotConfigured | undefined;
  readonly bindings: readonly { readonly binding: Binding; readonly matches: TargetConstraint }[];
}

interface Bound<P extends Policy> {
  readonly policy: P;
  readonly bindings: readonly Binding[];
}

/** Objects of one resource, each read once for each of its states. */
class Followed<T> {
  #all: readonly T[] | undefined;
  #list: (() => Iterable<StoredObject>) | undefined;
  readonly #known = new WeakMap<StoredObject, T>();
  readonly #read: (object: JsonObject) => T;

  constructor(read: (object: JsonObject) => T) {
    this.#read = read;
  }

  async start({ storage }: ParamSource, served: ServedResource, changed: () => void): Promise<void> {
    const collection = await storage.collection(served);
    this.#list = () => collection.scan('');
    this.#of = (stored) => this.#read(stored.decoded(served));
    this.#all = undefined;
    changed();
    collection.listen(() => {
      this.#all = undefined;
      changed();
    });
  }

  get all(): readonly T[] {
    return (this.#all ??= [...(this.#list?.() ?? [])].map((stored) => this.#once(stored)));
  }

  #of: (stored: StoredObject) => T = () => {
    throw new Error('nothing is followed yet');
  };

  #once(stored: StoredObject): T {
    let known = this.#known.get(stored);
    if (known === undefined) this.#known.set(stored, (known = this.#of(stored)));
    return known;
  }
}

/** False for what no policy is asked about. */
export function mayConcern(target: WriteTarget): boolean {
  return mayBeAsked(target) && !isReview(target);
}

/** What only asks is let through: whoever cannot ask cannot find out why. */
function isReview({ definition: { group, resource } }: WriteTarget): boolean {
  const isOfAccess = group === 'authentication.k8s.io' || group === 'authorization.k8s.io';
  return isOfAccess && resource.endsWith('reviews');
}

const none: readonly never[] = [];

/**
 * The policies of one sort with their bindings, compiled once for each state of each, and whom of them each target
 * concerns. Policies without a binding do nothing and are not compiled.
 */
export class PolicySource<P extends Policy> {
  readonly #source: ParamSource;
  readonly #policies: Followed<{ readonly name: string; readonly compiled: () => P }>;
  readonly #bindings = new Followed(bindingOf);
  #known: readonly Bound<P>[] | undefined;
  readonly #concerned: KeptByTarget<readonly Concern<P>[]>;

  constructor(source: ParamSource, read: (object: JsonObject) => P) {
    this.#source = source;
    this.#concerned = new KeptByTarget(source.resources, (target) => this.#concerns(target));
    this.#policies = new Followed((object) => {
      let known: P | undefined;
      return { name: nameOf(object), compiled: () => (known ??= read(object)) };
    });
  }

  /** Until then no policy is followed: what a new cluster needs comes first. */
  async start(policies: ServedResource, bindings: ServedResource): Promise<void> {
    const changed = () => {
      this.#known = undefined;
      this.#concerned.forget();
    };
    await this.#policies.start(this.#source, policies, changed);
    await this.#bindings.start(this.#source, bindings, changed);
  }

  /** Those that may speak of a write of the target, in the order of their names. */
  concerned(target: WriteTarget): readonly Concern<P>[] {
    return this.#bound.length === 0 ? none : this.#concerned.of(target);
  }

  get #bound(): readonly Bound<P>[] {
    return (this.#known ??= this.#bind());
  }

  #bind(): readonly Bound<P>[] {
    const bindings = Map.groupBy(this.#bindings.all, ({ policyName }) => policyName);
    return this.#policies.all.flatMap(({ name, compiled }) => {
      const own = bindings.get(name);
      return own ? [{ policy: compiled(), bindings: own }] : [];
    });
  }

  #concerns(target: WriteTarget): readonly Concern<P>[] {
    const { resources } = this.#source;
    const asRequested = { definition: target.definition, kind: kindOf(target) };
    return this.#bound.flatMap(({ policy, bindings }) => {
      const matches = constraintFor(policy.constraint, target, resources);
      if (!matches) return [];
      const own = bindings.flatMap((binding) => {
        const { constraint } = binding;
        const bindingMatches = constraint ? constraintFor(constraint, target, resources) : () => asRequested;
        return bindingMatches ? [{ binding, matches: bindingMatches }] : [];
      });
      const params = policy.paramKind && servedParams(resources, policy.paramKind);
      return [{ policy, matches, params, bindings: own }];
    });
  }
}
