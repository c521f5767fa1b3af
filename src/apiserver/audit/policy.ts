import { CodedError, isObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Level, levels, type Stage, stages } from './levels.ts';
import { readDocument } from './policy-document.ts';
import { checkPolicy } from './policy-rules.ts';

/** What is written of which requests: the first rule that means a request decides. Source: audit.k8s.io/v1 Policy */
export interface AuditPolicy {
  readonly rules: readonly PolicyRule[];
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
  /** What was not understood and left out, as sentences. */
  readonly warnings: readonly string[];
}

/** Empty lists restrict nothing. */
export interface PolicyRule {
  readonly level: Level;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly RuleResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly omitStages: readonly Stage[];
  /** Undefined: as the policy says. */
  readonly omitManagedFields: boolean | undefined;
}

export interface RuleResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

/**
 * Reads the text of a policy file, YAML or JSON. Throws CodedError `invalid` for what the real server refuses to start with, in its
 * words, and lets pass what it lets pass.
 */
export function readAuditPolicy(text: string): AuditPolicy {
  const { document, warnings } = readDocument(text);
  const problems = checkPolicy(document);
  const [first] = problems;
  if (first !== undefined)
    throw new CodedError('invalid', problems.length === 1 ? first : `[${problems.join(', ')}]`);
  const rules = objectsIn(document['rules']).map(ruleOf);
  if (rules.length === 0) throw new CodedError('invalid', 'loaded illegal policy with 0 rules');
  return {
    rules,
    omitStages: stagesIn(document['omitStages']),
    omitManagedFields: document['omitManagedFields'] === true,
    warnings,
  };
}

function ruleOf(rule: JsonObject): PolicyRule {
  const omits = rule['omitManagedFields'];
  return {
    level: levels.find((level) => level === rule['level']) ?? 'None',
    users: textsIn(rule['users']),
    userGroups: textsIn(rule['userGroups']),
    verbs: textsIn(rule['verbs']),
    resources: objectsIn(rule['resources']).map((each) => ({
      group: typeof each['group'] === 'string' ? each['group'] : '',
      resources: textsIn(each['resources']),
      resourceNames: textsIn(each['resourceNames']),
    })),
    namespaces: textsIn(rule['namespaces']),
    nonResourceURLs: textsIn(rule['nonResourceURLs']),
    omitStages: stagesIn(rule['omitStages']),
    omitManagedFields: typeof omits === 'boolean' ? omits : undefined,
  };
}

function stagesIn(value: Json | undefined): Stage[] {
  const named = textsIn(value);
  return stages.filter((stage) => named.includes(stage));
}

function textsIn(value: Json | undefined): string[] {
  // What is no text is empty, as in the real server.
  return Array.isArray(value) ? value.map((each) => (typeof each === 'string' ? each : '')) : [];
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map((each) => (isObject(each) ? each : {})) : [];
}
