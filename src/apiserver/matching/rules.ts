import { kindOf, type Write, type WriteTarget } from '../../apimachinery/admission.ts';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';

/** What a rule of a webhook or a policy speaks of. */
export interface Rule {
  readonly operations: readonly string[];
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  /** `pods`, `pods/status`, `*`, `*` and a subresource. */
  readonly resources: readonly string[];
  readonly scope: string;
  /** Of the objects; none: all. */
  readonly names: readonly string[];
}

/** A resource in the version in which it is asked about. */
export interface MatchedResource {
  readonly definition: ResourceDefinition;
  readonly kind: Write['kind'];
}

/** A resource that a rule speaks of, for objects of these names alone when there are any. */
interface Candidate extends MatchedResource {
  readonly names: readonly string[];
}

/** The rules that a list at `member` holds. */
export function rulesAt(object: JsonObject, member: string): readonly Rule[] {
  return objectsAt(object, member).map((rule) => ({
    operations: textsAt(rule, 'operations'),
    groups: textsAt(rule, 'apiGroups'),
    versions: textsAt(rule, 'apiVersions'),
    resources: textsAt(rule, 'resources'),
    scope: textAt(rule, 'scope') || '*',
    names: textsAt(rule, 'resourceNames'),
  }));
}

/**
 * As what a target is asked about, in the order of the rules: first those that name it as it is requested, then, with
 * `takesEquivalent`, those that name the same objects under another version or group.
 */
export function candidatesOf(
  { rules, takesEquivalent }: { readonly rules: readonly Rule[]; readonly takesEquivalent: boolean },
  target: WriteTarget,
  resources: ResourceRegistry,
): readonly Candidate[] {
  const found: Candidate[] = [];
  const { subresource, operation } = target;
  const add = (rule: Rule, definition: ResourceDefinition) => {
    const asked = { definition, subresource, operation };
    if (matches(rule, asked)) found.push({ definition, kind: kindOf(asked), names: rule.names });
  };
  for (const rule of rules) add(rule, target.definition);
  if (!takesEquivalent) return found;
  const others = equivalentsOf(target.definition, resources);
  for (const rule of rules) for (const other of others) add(rule, other);
  return found;
}

/** The first that speaks of an object of this name. */
export function candidateFor(candidates: readonly Candidate[], name: string): MatchedResource | undefined {
  return candidates.find(({ names }) => names.length === 0 || names.includes(name));
}

/** The same objects under other versions and groups. */
function equivalentsOf(definition: ResourceDefinition, resources: ResourceRegistry): ResourceDefinition[] {
  const { group, version, resource } = definition;
  const served = resources.find(group, version, resource);
  if (!served) return [];
  return resources
    .all()
    .filter((other) => other !== served && other.storageKey === served.storageKey)
    .map((other) => other.definition);
}

function matches(rule: Rule, { definition, subresource, operation }: WriteTarget): boolean {
  return (
    includes(rule.operations, operation) &&
    includes(rule.groups, definition.group) &&
    includes(rule.versions, definition.version) &&
    rule.resources.some((named) => namesResource(named, definition.resource, subresource)) &&
    (rule.scope === '*' || (rule.scope === 'Namespaced') === definition.namespaced)
  );
}

function includes(named: readonly string[], asked: string): boolean {
  return named.includes('*') || named.includes(asked);
}

function namesResource(named: string, resource: string, subresource: string): boolean {
  const slash = named.indexOf('/');
  const [main, sub] = slash < 0 ? [named, ''] : [named.slice(0, slash), named.slice(slash + 1)];
  return (main === '*' || main === resource) && (sub === '*' || sub === subresource);
}

const admissionKinds: ReadonlySet<string> = new Set([
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

/** Reviews and admission itself are not asked about: what refuses everything can be taken away. */
export function mayBeAsked({ definition: { group, resource } }: Pick<WriteTarget, 'definition'>): boolean {
  return group !== 'admissionregistration.k8s.io' || !admissionKinds.has(resource);
}
