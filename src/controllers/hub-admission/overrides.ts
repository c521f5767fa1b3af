import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import { at, listAt, nameOf, objectsAt, textAt } from '../../apimachinery/read.ts';
import { escapeHtml } from '../../apimachinery/validation/go-text.ts';
import { canonicalJson, isObject, type JsonObject } from '../../base/index.ts';
import { placementGroup } from '../fleet-kinds/placement.ts';
import type { Verdict, Webhook } from './contract.ts';
import { aggregate, labelSelectorProblem, labelSelectorText, struct } from './go-text.ts';
import { clusterTermText, resourceTermText } from './placement-text.ts';

/** Most overrides of one kind: on the hub, or in a namespace. */
const maxOverridesCount = 100;

/** What is different about the two kinds of override. */
interface OverrideKind {
  readonly resource: string;
  readonly selectors: 'clusterResourceSelectors' | 'resourceSelectors';
  readonly limit: string;
  selectorText(selector: JsonObject): string;
  /** What a selector of this kind must not be. */
  selectorProblem(selector: JsonObject): string | undefined;
}

const onHub: OverrideKind = {
  resource: 'clusterresourceoverrides',
  selectors: 'clusterResourceSelectors',
  limit: 'clusterResourceOverride limit has been reached: at most 100 cluster resources can be created.',
  selectorText: resourceTermText,
  selectorProblem(selector) {
    const shown = resourceTermText(selector);
    if (isObject(selector['labelSelector'])) {
      return `label selector is not supported for resource selection ${shown}`;
    }
    return textAt(selector, 'name') === ''
      ? `resource name is required for resource selection ${shown}`
      : undefined;
  },
};

const inNamespace: OverrideKind = {
  resource: 'resourceoverrides',
  selectors: 'resourceSelectors',
  limit: 'resourceOverride limit has been reached: at most 100 resources can be created.',
  selectorText: (selector) =>
    struct(selector, { Group: 'group', Version: 'version', Kind: 'kind', Name: 'name' }),
  selectorProblem: () => undefined,
};

export const clusterResourceOverrides = overrideWebhook('fleet.clusterresourceoverride.validating', onHub);
export const resourceOverrides = overrideWebhook('fleet.resourceoverride.validating', inNamespace);

function overrideWebhook(name: string, kind: OverrideKind): Webhook {
  return {
    name,
    operations: ['CREATE', 'UPDATE'],
    judge: (write, hub) => (write.subresource === '' ? verdict(write, kind, hub) : undefined),
  };
}

async function verdict(write: Write, kind: OverrideKind, hub: ClusterView): Promise<Verdict> {
  const { namespace, object, operation } = write;
  const all = await hub.list({ group: placementGroup, resource: kind.resource, namespace });
  if (operation === 'CREATE' && all.length >= maxOverridesCount) return kind.limit;
  const selectors = objectsAt(object, 'spec', kind.selectors);
  // Whether somebody else selects the same can only be said of selectors that are right.
  const wrong = aggregate(selectorErrors(selectors, kind));
  if (wrong !== undefined) return wrong;
  const taken = takenBy(all, kind);
  const { name } = write;
  const shared = selectors.map(kind.selectorText).flatMap((text) => {
    const other = taken.get(text) ?? name;
    const both = `the resource has been selected by both ${name} and ${other}, which is not supported`;
    return other === name ? [] : [`invalid resource selector ${text}: ${both}`];
  });
  return aggregate([...shared, ...policyErrors(objectsAt(object, 'spec', 'policy', 'overrideRules'))]);
}

function selectorErrors(selectors: readonly JsonObject[], kind: OverrideKind): string[] {
  const seen = new Set<string>();
  return selectors.flatMap((selector) => {
    const problem = kind.selectorProblem(selector);
    if (problem !== undefined) return [problem];
    const text = kind.selectorText(selector);
    if (seen.has(text)) return [`resource selector ${text} already exists, and must be unique`];
    seen.add(text);
    return [];
  });
}

/** Which override selects what. */
function takenBy(overrides: readonly JsonObject[], kind: OverrideKind): ReadonlyMap<string, string> {
  return new Map(
    overrides.flatMap((override) =>
      objectsAt(override, 'spec', kind.selectors).map(
        (selector) => [kind.selectorText(selector), nameOf(override)] as const,
      ),
    ),
  );
}

function policyErrors(rules: readonly JsonObject[]): readonly string[] {
  const errors: string[] = [];
  for (const rule of rules) {
    errors.push(...objectsAt(rule, 'clusterSelector', 'clusterSelectorTerms').flatMap(termErrors));
    const patches = listAt(rule, 'jsonPatchOverrides').filter(isObject);
    switch (textAt(rule, 'overrideType')) {
      case 'Delete':
        if (patches.length === 0) break;
        // Told alone, as upstream does.
        return [
          'invalid JSONPatchOverrides: JSONPatchOverrides cannot be set when the override type is Delete',
        ];
      case 'JSONPatch':
        if (patches.length === 0)
          errors.push('invalid JSONPatchOverrides: JSONPatchOverrides cannot be empty');
        else errors.push(...patches.flatMap(patchErrors));
        break;
    }
  }
  return errors;
}

function termErrors(term: JsonObject): string[] {
  const { labelSelector, propertySelector, propertySorter } = term;
  const refused = (why: string) => [`invalid clusterSelector ${clusterTermText(term)}: ${why}`];
  if (isObject(propertySelector) || isObject(propertySorter))
    return refused('only labelSelector is supported');
  if (!isObject(labelSelector)) return refused('labelSelector is required');
  const problem = labelSelectorProblem(labelSelector);
  if (problem === undefined) return [];
  return [`the labelSelector in cluster selector ${labelSelectorText(labelSelector)} is invalid: ${problem}`];
}

function patchErrors(patch: JsonObject): string[] {
  const value = at(patch, 'value');
  const hasValue = value !== undefined && value !== null;
  const path = textAt(patch, 'path');
  const shown = `{${textAt(patch, 'op')} ${path} {${hasValue ? escapeHtml(canonicalJson(value)) : ''}}}`;
  const errors: string[] = [];
  const problem = pathProblem(path);
  if (problem !== undefined) errors.push(`invalid JSONPatchOverride ${shown}: ${problem}`);
  if (textAt(patch, 'op') === 'remove' && hasValue) {
    errors.push(`invalid JSONPatchOverride ${shown}: remove operation cannot have value`);
  }
  return errors;
}

function pathProblem(path: string): string | undefined {
  if (path === '') return 'path cannot be empty';
  if (!path.startsWith('/')) return 'path must start with /';
  const [first = '', second, ...rest] = path.slice(1).split('/');
  if (first === 'kind' || first === 'apiVersion') return 'cannot override typeMeta fields';
  if (first === 'status') return 'cannot override status fields';
  if (first === 'metadata') {
    if (second === undefined) return 'cannot override field metadata';
    if (second !== 'annotations' && second !== 'labels') {
      return 'cannot override metadata fields except annotations and labels';
    }
  }
  const parts = second === undefined ? [first] : [first, second, ...rest];
  return parts.some((part) => part.trim() === '') ? 'path cannot contain empty string' : undefined;
}
