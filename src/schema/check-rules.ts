import type { FieldError } from '../apimachinery/contract.ts';
import { forbidden } from '../apimachinery/validation/errors.ts';
import { invalid, invalidShown } from '../apimachinery/validation/field-errors.ts';
import { goJson } from '../apimachinery/validation/go-text.ts';
import type { JsonObject } from '../base/index.ts';
import { costLimits, exceeds, RuleCosts } from './rule-costs.ts';
import { mostOccurrences } from './rules/sizes.ts';
import { type CompiledRule, rulesOf } from './rules.ts';
import { StructuralNode, type ValidationRule } from './structural-node.ts';

/**
 * Compiles every rule of a schema and answers what is wrong with them. Nothing is left for evaluation to find out
 * except what depends on values. A schema that did not change may keep a rule that costs too much.
 */
export function checkRules(
  schema: JsonObject,
  path: string,
  { isUnchanged }: { readonly isUnchanged: boolean },
): FieldError[] {
  const root = new StructuralNode(schema, true);
  if (!root.rulesBelow) return [];
  const costs = new RuleCosts();
  const place = { path, uncorrelatable: undefined, occurrences: 1, costs, isUnchanged };
  return [...checkNode(root, place), ...costs.problems(path)];
}

interface Place {
  readonly path: string;
  /** The nearest place above whose values cannot be told from their old ones. */
  readonly uncorrelatable: string | undefined;
  /** How often a value can stand here at most, as the limits above say; undefined without such limits. */
  readonly occurrences: number | undefined;
  readonly costs: RuleCosts;
  readonly isUnchanged: boolean;
}

function checkNode(node: StructuralNode, place: Place): FieldError[] {
  if (!node.rulesBelow) return [];
  const { path, uncorrelatable } = place;
  const errors: FieldError[] = [];
  const below = { ...place, occurrences: occurrencesBelow(node, place.occurrences) };
  if (node.values) errors.push(...checkNode(node.values, { ...below, path: `${path}.additionalProperties` }));
  for (const name of node.propertyNames()) {
    const member = node.property(name);
    if (member) errors.push(...checkNode(member, { ...below, path: `${path}.properties[${name}]` }));
  }
  if (node.items) {
    const lost = node.listType === 'map' ? undefined : path;
    const items = { ...below, path: `${path}.items`, uncorrelatable: uncorrelatable ?? lost };
    errors.push(...checkNode(node.items, items));
  }
  errors.push(...checkOwnRules(node, place));
  return errors;
}

function occurrencesBelow(node: StructuralNode, here: number | undefined): number | undefined {
  const { maxItems, maxProperties, additionalProperties } = node.props;
  const isMap = node.type === 'object' && additionalProperties !== undefined;
  if (!isMap && node.type !== 'array') return here;
  const limit = isMap ? maxProperties : maxItems;
  return here === undefined || typeof limit !== 'number' ? undefined : here * Math.max(limit, 0);
}

/** What a rule costs more than it may; every rule counts towards what the whole schema may cost. */
function checkCost(
  { check, message }: CompiledRule,
  { node, at, place }: { readonly node: StructuralNode; readonly at: string; readonly place: Place },
): FieldError[] {
  if (!check.ok || check.type.kind !== 'bool') return [];
  const errors: FieldError[] = [];
  const count = (part: 'rule' | 'messageExpression', cost: number): void => {
    const problem = exceeds(`estimated ${part} cost`, cost, costLimits.expressionUnits);
    if (problem !== undefined && !place.isUnchanged) errors.push(forbidden(`${at}.${part}`, problem));
    place.costs.add(`${at}.${part}`, cost);
  };
  count('rule', check.mostCost() * (place.occurrences ?? mostOccurrences(node)));
  if (message?.ok && message.type.kind === 'string') count('messageExpression', message.mostCost());
  return errors;
}

function checkOwnRules(node: StructuralNode, place: Place): FieldError[] {
  const { path, uncorrelatable } = place;
  const errors: FieldError[] = [];
  for (const compiled of rulesOf(node)) {
    const { rule, check, message } = compiled;
    const at = `${path}.x-kubernetes-validations[${node.rules.indexOf(rule)}]`;
    const shown = shownRule(rule);
    errors.push(...checkCost(compiled, { node, at, place }));
    if (!check.ok) {
      errors.push(invalidShown(`${at}.rule`, shown, check.problem));
    } else if (check.type.kind !== 'bool') {
      errors.push(invalidShown(`${at}.rule`, shown, 'cel expression must evaluate to a bool'));
    } else if (message && !message.ok) {
      const why = `messageExpression ${message.problem.replace(/^program /, '')}`;
      errors.push(invalidShown(`${at}.messageExpression`, shown, why));
    } else if (message?.ok && message.type.kind !== 'string') {
      errors.push(
        invalidShown(`${at}.messageExpression`, shown, 'messageExpression must evaluate to a string'),
      );
    }
    if (!check.ok) continue;
    if (check.usesOldSelf && uncorrelatable !== undefined) {
      const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
      errors.push(invalid(`${at}.rule`, rule.rule, why));
    } else if (!check.usesOldSelf && rule.hasOptionalOldSelf) {
      const why = 'may not be set if oldSelf is not used in rule';
      errors.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, why));
    }
  }
  return errors;
}

/** A rule as the real server shows it in errors: with the names of its Go fields. */
function shownRule(rule: ValidationRule): string {
  return goJson({
    Rule: rule.rule,
    Message: rule.message,
    MessageExpression: rule.messageExpression,
    Reason: rule.reason === '' ? null : rule.reason,
    FieldPath: rule.fieldPath,
    OptionalOldSelf: rule.hasOptionalOldSelf ? rule.optionalOldSelf : null,
  });
}
