import type { Write, WriteTarget } from '../../apimachinery/admission.ts';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { Hook, Rule } from './hook.ts';

/** A webhook that a target concerns, and the version in which it is asked. */
export interface Invocation {
  readonly hook: Hook;
  readonly definition: ResourceDefinition;
  readonly kind: Write['kind'];
}

/** How a webhook is asked about writes of a target; undefined when none of its rules speaks of them. */
export function invocationOf(
  hook: Hook,
  target: WriteTarget,
  resources: ResourceRegistry,
): Invocation | undefined {
  const { definition } = target;
  if (hook.rules.some((rule) => matches(rule, target))) return { hook, definition, kind: kindOf(target) };
  if (!hook.takesEquivalent) return undefined;
  const others = equivalentsOf(definition, resources);
  if (others.length === 0) return undefined;
  // Earlier rules first.
  for (const rule of hook.rules) {
    const other = others.find((each) => matches(rule, { ...target, definition: each }));
    if (other) return { hook, definition: other, kind: kindOf({ ...target, definition: other }) };
  }
  return undefined;
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

/** What objects of a target are, or the bodies of its subresource. */
export function kindOf({ definition, subresource }: WriteTarget): Write['kind'] {
  const { group, version, kind, subresources } = definition;
  const own = Object.hasOwn(subresources, subresource) ? subresources[subresource] : undefined;
  if (own?.kind === undefined) return { group, version, kind };
  return { group: own.group ?? group, version: own.version ?? version, kind: own.kind };
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
