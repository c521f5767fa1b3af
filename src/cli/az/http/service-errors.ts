import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { AzError, ServiceError } from '../errors.ts';
import type { HttpAnswer } from './transport.ts';

/** What a refused request prints: the service's code, message, target and details, line by line. */
export function serviceError(answer: HttpAnswer): AzError {
  if (answer.body.length === 0) {
    const status = `Operation returned an invalid status '${answer.reason || answer.status}'`;
    return new ServiceError(status, { status: answer.status, code: '' });
  }
  const error = errorOf(answer);
  if (!error) return new AzError('JSON is invalid: Expecting value: line 1 column 1 (char 0)');
  return new ServiceError(errorText(error), { status: answer.status, code: String(error['code'] ?? '') });
}

/** The error object of a body, with or without its `error` wrapper. */
export function errorOf(answer: HttpAnswer): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(answer.text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return {};
  return isObject(value['error']) ? value['error'] : value;
}

/** The text of an error object. */
export function errorText(error: JsonObject): string {
  const lines = [`(${error['code'] ?? ''}) ${error['message'] ?? ''}`];
  if (error['code'] !== undefined) lines.push(`Code: ${error['code']}`);
  if (error['message'] !== undefined) lines.push(`Message: ${error['message']}`);
  if (error['target'] !== undefined && error['target'] !== null) lines.push(`Target: ${error['target']}`);
  let text = lines.join('\n');
  const details = Array.isArray(error['details']) ? error['details'].filter(isObject) : [];
  if (details.length > 0) text += `\nException Details:${details.map(detailText).join('')}`;
  const inner = error['innererror'] ?? error['innerError'];
  if (isObject(inner)) text += `\nInner error: ${JSON.stringify(inner, undefined, 4)}`;
  const information = error['additionalInfo'];
  if (Array.isArray(information) && information.length > 0) {
    text += `\nAdditional Information:${information.filter(isObject).map(informationText).join('')}`;
  }
  return text;
}

function detailText(detail: JsonObject): string {
  const lines = [`\t(${detail['code'] ?? ''}) ${detail['message'] ?? ''}`, `\tCode: ${detail['code'] ?? ''}`];
  lines.push(`\tMessage: ${detail['message'] ?? ''}`);
  if (detail['target'] !== undefined && detail['target'] !== null)
    lines.push(`\tTarget: ${detail['target']}`);
  return lines.join('\n');
}

function informationText(entry: JsonObject): string {
  const information: Json = entry['info'] ?? null;
  return `Type: ${entry['type'] ?? ''}\nInfo: ${JSON.stringify(information, undefined, 4)}`;
}
