import type { FieldError } from '../../apimachinery/contract.ts';
import { forbidden, required } from '../../apimachinery/validation/errors.ts';
import { notSupported } from '../../apimachinery/validation/field-errors.ts';
import {
  validateReviewVersions,
  validateWebhookClient,
} from '../../apimachinery/validation/webhook-client.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { textOf, textsOf } from '../../schema/structural-node.ts';

/** Field errors of how objects are brought from one version to another. */
export function validateConversion(conversion: Json | undefined): FieldError[] {
  if (!isObject(conversion)) return [];
  const strategy = textOf(conversion.strategy);
  const path = 'spec.conversion';
  if (strategy === '') return [required(`${path}.strategy`)];
  if (strategy !== 'None' && strategy !== 'Webhook') {
    return [notSupported(`${path}.strategy`, strategy, ['None', 'Webhook'])];
  }
  const webhook = isObject(conversion.webhook) ? conversion.webhook : undefined;
  if (strategy === 'None') {
    const why = 'should not be set when strategy is not set to Webhook';
    const errors: FieldError[] = [];
    if (webhook?.clientConfig !== undefined) errors.push(forbidden(`${path}.webhookClientConfig`, why));
    if (textsOf(webhook?.conversionReviewVersions).length > 0) {
      errors.push(forbidden(`${path}.conversionReviewVersions`, why));
    }
    return errors;
  }
  return [...checkWebhookClient(webhook, path), ...checkReviewVersions(webhook, path)];
}

function checkWebhookClient(webhook: JsonObject | undefined, path: string): FieldError[] {
  const client = webhook?.clientConfig;
  const field = `${path}.webhookClientConfig`;
  if (!isObject(client)) return [required(field, 'required when strategy is set to Webhook')];
  return validateWebhookClient(client, field);
}

function checkReviewVersions(webhook: JsonObject | undefined, path: string): FieldError[] {
  const versions = textsOf(webhook?.conversionReviewVersions);
  const field = `${path}.conversionReviewVersions`;
  return validateReviewVersions(versions, { path: field, whenNone: '', recognized: true });
}
