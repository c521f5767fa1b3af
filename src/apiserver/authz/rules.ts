import type { AccessReview } from '../../apimachinery/contract.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

/** `rbac/v1` PolicyRule with every list present. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** The rules of a Role or ClusterRole. */
export function rulesOf(role: JsonObject): PolicyRule[] {
  const rules = role['rules'];
  return Array.isArray(rules) ? rules.filter(isObject).map(readRule) : [];
}

export function readRule(rule: JsonObject): PolicyRule {
  return {
    verbs: texts(rule['verbs']),
    apiGroups: texts(rule['apiGroups']),
    resources: texts(rule['resources']),
    resourceNames: texts(rule['resourceNames']),
    nonResourceURLs: texts(rule['nonResourceURLs']),
  };
}

/** The rule as JSON, without empty lists. */
export function ruleJson(rule: PolicyRule): JsonObject {
  const json: JsonObject = { verbs: [...rule.verbs] };
  for (const member of ['apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'] as const) {
    if (rule[member].length > 0) json[member] = [...rule[member]];
  }
  return json;
}

export function ruleAllows(rule: PolicyRule, { verb, resource, path }: Omit<AccessReview, 'user'>): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (!resource)
    return path !== undefined && rule.nonResourceURLs.some((pattern) => pathMatches(pattern, path));
  const combined =
    resource.subresource === '' ? resource.resource : `${resource.resource}/${resource.subresource}`;
  return (
    has(rule.apiGroups, resource.group) &&
    resourceMatches(rule.resources, combined, resource.subresource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(resource.name))
  );
}

function resourceMatches(resources: readonly string[], combined: string, subresource: string): boolean {
  if (has(resources, combined)) return true;
  return subresource !== '' && resources.includes(`*/${subresource}`);
}

function pathMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
}

function has(list: readonly string[], value: string): boolean {
  return list.includes(value) || list.includes('*');
}

/** Single rules that are looked at one by one: the lists of one short rule alone may stand for thousands of millions. */
const singlesLimit = 100_000;

/**
 * The parts of `wanted` that `held` does not grant; empty when the holder may pass them on. Beyond `singlesLimit` a rule is held when
 * one rule grants all of it, else it is missing as a whole.
 */
export function missingRules(wanted: readonly PolicyRule[], held: readonly PolicyRule[]): PolicyRule[] {
  let left = singlesLimit;
  return wanted.flatMap((rule) => {
    const count = singlesIn(rule);
    if (count > left) return held.some((one) => coversWhole(one, rule)) ? [] : [rule];
    left -= count;
    return singleRules(rule).filter((single) => !held.some((one) => covers(one, single)));
  });
}

function singlesIn({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): number {
  const objects = apiGroups.length * resources.length * Math.max(1, resourceNames.length);
  return verbs.length * (nonResourceURLs.length + objects);
}

/** Each list of a rule is within the same list of the one that grants it. */
function coversWhole(by: PolicyRule, rule: PolicyRule): boolean {
  const within = (wanted: readonly string[], held: readonly string[]) => {
    const all = new Set(held);
    return all.has('*') || wanted.every((value) => all.has(value));
  };
  const [urls, names] = [new Set(by.nonResourceURLs), new Set(by.resourceNames)];
  const hasNames =
    names.size === 0 ||
    (rule.resourceNames.length > 0 && rule.resourceNames.every((name) => names.has(name)));
  return (
    within(rule.verbs, by.verbs) &&
    rule.nonResourceURLs.every((url) => urls.has('*') || urls.has(url)) &&
    (rule.resources.length === 0 ||
      (within(rule.apiGroups, by.apiGroups) && within(rule.resources, by.resources) && hasNames))
  );
}

/** One rule a group, resource, name and verb. */
function singleRules(rule: PolicyRule): PolicyRule[] {
  const empty = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  const singles: PolicyRule[] = [];
  for (const verb of rule.verbs) {
    for (const url of rule.nonResourceURLs) singles.push({ ...empty, verbs: [verb], nonResourceURLs: [url] });
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        const single = { ...empty, verbs: [verb], apiGroups: [group], resources: [resource] };
        if (rule.resourceNames.length === 0) singles.push(single);
        for (const name of rule.resourceNames) singles.push({ ...single, resourceNames: [name] });
      }
    }
  }
  return singles;
}

function covers(rule: PolicyRule, single: PolicyRule): boolean {
  const [verb = ''] = single.verbs;
  if (!has(rule.verbs, verb)) return false;
  const [url] = single.nonResourceURLs;
  if (url !== undefined) return rule.nonResourceURLs.some((pattern) => pathMatches(pattern, url));
  const [group = ''] = single.apiGroups;
  const [resource = ''] = single.resources;
  const [name] = single.resourceNames;
  const subresource = resource.split('/')[1] ?? '';
  return (
    has(rule.apiGroups, group) &&
    resourceMatches(rule.resources, resource, subresource) &&
    (rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

/** A rule as Go prints it, for refusals. */
export function ruleText(rule: PolicyRule): string {
  const parts: string[] = [];
  const add = (name: string, list: readonly string[]) => {
    if (list.length > 0) parts.push(`${name}:[${list.map((each) => JSON.stringify(each)).join(' ')}]`);
  };
  add('NonResourceURLs', rule.nonResourceURLs);
  add('APIGroups', rule.apiGroups);
  add('Resources', rule.resources);
  add('ResourceNames', rule.resourceNames);
  add('Verbs', rule.verbs);
  return `{${parts.join(', ')}}`;
}

/** Single rules that differ in their verbs only, put together again. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs]);
    const known = merged.get(key);
    merged.set(key, known ? { ...known, verbs: [...new Set([...known.verbs, ...rule.verbs])] } : rule);
  }
  return [...merged.values()];
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
