import type { JsonObject } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { goJson, invalid, invalidShown } from './field-errors.ts';
import { rulesOf } from './rules.ts';
import { StructuralNode, type ValidationRule } from './structural-node.ts';

/**
 * Compiles every rule of a schema and answers what is wrong with them. Nothing is left for evaluation to find out
 * except what depends on values.
 */
export function checkRules(schema: JsonObject, path: string): FieldError[] {
  const root = new StructuralNode(schema, true);
  return root.rulesBelow ? checkNode(root, { path, uncorrelatable: undefined }) : [];
}

interface Place {
  readonly path: string;
  /** The nearest place above whose values cannot be told from their old ones. */
  readonly uncorrelatable: string | undefined;
}

function checkNode(node: StructuralNode, place: Place): FieldError[] {
  if (!node.rulesBelow) return [];
  const { path, uncorrelatable } = place;
  const errors: FieldError[] = [];
  if (node.values) errors.push(...checkNode(node.values, { ...place, path: `${path}.additionalProperties` }));
  for (const name of node.propertyNames()) {
    const member = node.property(name);
    if (member) errors.push(...checkNode(member, { path: `${path}.properties[${name}]`, uncorrelatable }));
  }
  if (node.items) {
    const lost = node.listType === 'map' ? undefined : path;
    errors.push(...checkNode(node.items, { path: `${path}.items`, uncorrelatable: uncorrelatable ?? lost }));
  }
  errors.push(...checkOwnRules(node, place));
  return errors;
}

function checkOwnRules(node: StructuralNode, { path, uncorrelatable }: Place): FieldError[] {
  const errors: FieldError[] = [];
  for (const { rule, check, message } of rulesOf(node)) {
    const at = `${path}.x-kubernetes-validations[${node.rules.indexOf(rule)}]`;
    const shown = shownRule(rule);
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
