import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { invalidTemplate } from './errors.ts';
import { evaluateJson } from './evaluate.ts';
import { asLiteral } from './expression.ts';
import type { Frame } from './frame.ts';
import { templateLimits } from './limits.ts';
import { put } from './values.ts';

/**
 * The body of a deployment within a deployment. With the inner scope its template is left as it stands: its expressions are
 * its own. With the outer one, which is the default, they are this template's, and are evaluated here.
 */
export function nestedBody(members: JsonObject, frame: Frame): JsonObject {
  const { properties, ...rest } = members;
  const body: JsonObject = {};
  for (const [name, value] of Object.entries(rest))
    if (value !== undefined) body[name] = evaluateJson(value, frame);
  if (!isObject(properties)) throw invalidTemplate("A nested deployment needs 'properties'");
  const { template, ...others } = properties;
  if (isObject(template)) refuseDeep(template, 1);
  const made: JsonObject = {};
  for (const [name, value] of Object.entries(others))
    if (value !== undefined) put(made, name, evaluateJson(value, frame));
  if (String(made['mode']).toLowerCase() === 'complete') {
    throw invalidTemplate("A deployment within a template is carried out in the mode 'Incremental' alone");
  }
  if (template !== undefined)
    made['template'] = isInner(made) ? template : literal(evaluateJson(template, frame));
  body['properties'] = made;
  return body;
}

function isInner(properties: JsonObject): boolean {
  const options = properties['expressionEvaluationOptions'];
  return isObject(options) && String(options['scope']).toLowerCase() === 'inner';
}

/** Texts that came out of an evaluation are not evaluated once more. */
function literal(value: Json): Json {
  if (typeof value === 'string') return asLiteral(value);
  if (Array.isArray(value)) return value.map(literal);
  if (!isObject(value)) return value;
  const made: JsonObject = {};
  for (const [name, item] of Object.entries(value)) put(made, asLiteral(name), literal(item ?? null));
  return made;
}

function refuseDeep(template: JsonObject, level: number): void {
  if (level >= templateLimits.deploymentLevels) {
    throw invalidTemplate(
      `Deployments are nested deeper than the limit of '${templateLimits.deploymentLevels}' levels`,
    );
  }
  const { resources } = template;
  const list = Array.isArray(resources) ? resources : isObject(resources) ? Object.values(resources) : [];
  for (const resource of list) {
    const inner =
      isObject(resource) && isObject(resource['properties']) ? resource['properties']['template'] : undefined;
    if (isObject(inner)) refuseDeep(inner, level + 1);
  }
}
