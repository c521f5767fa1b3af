import { labelsOf, readMetadata } from '../../apimachinery/metadata.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { missingRules, ruleJson, rulesOf } from '../authz/rules.ts';
import { rbacGroup } from './role-object.ts';

const autoUpdate = 'rbac.authorization.kubernetes.io/autoupdate';

/**
 * What becomes at a start of an object that is there already. Roles and bindings get back the rules, subjects, labels and
 * annotations that they lack and keep what somebody gave them beyond that, unless their annotation `autoupdate` is "false".
 * A binding of another role is made anew, for what it refers to cannot change. All else is left alone.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation
 */
export function kept(current: JsonObject, wanted: JsonObject): 'as it is' | 'made anew' | JsonObject {
  if (!String(wanted['apiVersion']).startsWith(`${rbacGroup}/`)) return 'as it is';
  const isBinding = wanted['roleRef'] !== undefined;
  if (annotationsOf(current)[autoUpdate] === 'false') return 'as it is';
  if (isBinding && !jsonEqual(current['roleRef'], wanted['roleRef'])) return 'made anew';
  const next: JsonObject = {
    ...current,
    metadata: withTexts(current, wanted),
    ...(isBinding ? withSubjects(current, wanted) : withRules(current, wanted)),
  };
  if (!isBinding && wanted['aggregationRule'] === undefined) delete next['aggregationRule'];
  return jsonEqual(next, current) ? 'as it is' : next;
}

/** What somebody wrote under one of our names stays. */
function withTexts(current: JsonObject, wanted: JsonObject): JsonObject {
  const labels = { ...labelsOf(wanted), ...labelsOf(current) };
  const annotations = { ...annotationsOf(wanted), ...annotationsOf(current) };
  return { ...readMetadata(current), labels, annotations };
}

function annotationsOf(object: JsonObject): JsonObject {
  const { annotations } = readMetadata(object);
  return isObject(annotations) ? annotations : {};
}

function withSubjects(current: JsonObject, wanted: JsonObject): JsonObject {
  const subjects = listOf(current['subjects']);
  const missing = withoutThose(listOf(wanted['subjects']), subjects);
  return missing.length > 0 ? { subjects: [...subjects, ...missing] } : {};
}

function withRules(current: JsonObject, wanted: JsonObject): JsonObject {
  const missing = missingRules(rulesOf(wanted), rulesOf(current)).map(ruleJson);
  const selectors = selectorsOf(current);
  const lacking = withoutThose(selectorsOf(wanted), selectors);
  return {
    ...(missing.length > 0 && { rules: [...listOf(current['rules']), ...missing] }),
    ...(lacking.length > 0 && { aggregationRule: { clusterRoleSelectors: [...selectors, ...lacking] } }),
  };
}

function selectorsOf({ aggregationRule }: JsonObject): readonly Json[] {
  return isObject(aggregationRule) ? listOf(aggregationRule['clusterRoleSelectors']) : [];
}

function withoutThose(wanted: readonly Json[], there: readonly Json[]): Json[] {
  return wanted.filter((each) => !there.some((one) => jsonEqual(one, each)));
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
