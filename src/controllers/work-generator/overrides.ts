import type { KubeObject } from '../../apimachinery/client.ts';
import { errorMessage, type Json, jsonEqual } from '../../base/index.ts';
import { applyJsonPatch, PatchError } from '../../merge/index.ts';
import type { MemberCluster } from '../kinds/fleet.ts';
import type { OverrideRule, OverrideSnapshot } from '../kinds/placement.ts';
import { isManaged } from '../managed-namespace/objects.ts';
import { isRuleFor, selectorKey, targetKeys } from '../shared/override-matching.ts';
import { filledIn } from './variables.ts';

/** Overrides that cannot be applied: only a change of them, of the resources or of the cluster's labels helps. */
export class OverrideError extends Error {}

/**
 * An object as one cluster gets it; undefined when it does not get it at all. The object itself is not changed. Throws
 * OverrideError.
 */
export type Overriding = (object: KubeObject) => KubeObject | undefined;

/** What the snapshots that a binding names do to objects, in the order in which it names them. */
export function overridingBy(
  snapshots: readonly OverrideSnapshot[],
  member: Pick<MemberCluster, 'metadata'>,
): Overriding {
  if (snapshots.length === 0) return (object) => object;
  const bySelected = new Map<string, Rules[]>();
  for (const snapshot of snapshots) {
    const { namespace } = snapshot.metadata;
    const { clusterResourceSelectors = [], resourceSelectors = [] } = snapshot.spec.overrideSpec;
    const rules = new Rules(snapshot, member);
    for (const selector of namespace === undefined ? clusterResourceSelectors : resourceSelectors) {
      const key = selectorKey(selector, namespace);
      bySelected.set(key, [...(bySelected.get(key) ?? []), rules]);
    }
  }
  return (object) => {
    const { byCluster, byNamespace } = targetKeys(object);
    // Those of the namespace come last, so they win; over what Resource Manager made in it its users have no say.
    const ofNamespace = isManaged(object) ? [] : (bySelected.get(byNamespace) ?? []);
    const all = [...(bySelected.get(byCluster) ?? []), ...ofNamespace];
    return all.reduce<KubeObject | undefined>((current, rules) => rules.apply(object, current), object);
  };
}

/** The rules of one snapshot that are about one cluster; what they fill in is worked out once for all objects. */
class Rules {
  readonly #snapshot: OverrideSnapshot;
  readonly #member: Pick<MemberCluster, 'metadata'>;
  readonly #rules: readonly OverrideRule[];
  readonly #patches = new Map<OverrideRule, Json>();

  constructor(snapshot: OverrideSnapshot, member: Pick<MemberCluster, 'metadata'>) {
    this.#snapshot = snapshot;
    this.#member = member;
    this.#rules = snapshot.spec.overrideSpec.policy.overrideRules.filter((rule) => isRuleFor(rule, member));
  }

  /** `current` is what earlier overrides made of `object`; of what they deleted nothing is left to change. */
  apply(object: KubeObject, current: KubeObject | undefined): KubeObject | undefined {
    try {
      let next = current;
      for (const rule of this.#rules) {
        if (rule.overrideType === 'Delete') return undefined;
        const patch = this.#patchOf(rule);
        if (next) next = patched(next, patch);
      }
      return next;
    } catch (thrown) {
      const { kind, metadata } = this.#snapshot;
      const reason = thrown instanceof PatchError ? thrown.explanation?.() : undefined;
      throw new OverrideError(
        `${kind} "${metadata.name}" failed to apply on ${shown(object)}: ${reason ?? errorMessage(thrown)}`,
      );
    }
  }

  #patchOf(rule: OverrideRule): Json {
    const known = this.#patches.get(rule);
    if (known !== undefined) return known;
    const patch = (rule.jsonPatchOverrides ?? []).map(({ op, path, value = null }) => ({
      op,
      path,
      value: filledIn(value, this.#member),
    }));
    this.#patches.set(rule, patch);
    return patch;
  }
}

function patched(object: KubeObject, patch: Json): KubeObject {
  const next = applyJsonPatch(object, patch, 'strict') as KubeObject;
  // Admission refuses such overrides; a snapshot that somebody wrote by hand has not been there.
  if (!jsonEqual(keptOf(next), keptOf(object))) {
    throw new Error(
      'the patch changes what overrides may not: type, metadata but labels and annotations, or status',
    );
  }
  return next;
}

/** What no override changes. */
function keptOf({ apiVersion, kind, metadata, status }: Partial<KubeObject>): unknown {
  const { annotations: _annotations, labels: _labels, ...rest } = metadata ?? {};
  return { apiVersion, kind, status, metadata: rest };
}

/** An object in words, e.g. `Deployment "web" in namespace "demo"`. */
export function shown({ kind, metadata: { name = '', namespace } }: KubeObject): string {
  const words = `${kind || 'Unknown'} ${JSON.stringify(name)}`;
  return namespace ? `${words} in namespace ${JSON.stringify(namespace)}` : words;
}
