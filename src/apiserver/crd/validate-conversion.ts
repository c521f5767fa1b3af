import type { FieldError } from '../../apimachinery/contract.ts';
import { forbidden, required } from '../../apimachinery/validation/errors.ts';
import { invalid, notSupported } from '../../apimachinery/validation/field-errors.ts';
import { dns1035Label } from '../../apimachinery/validation/names.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { textOf, textsOf } from '../../schema/structural-node.ts';

const reviewVersions = ['v1', 'v1beta1'];

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
  const hasUrl = client.url !== undefined;
  if (hasUrl === (client.service !== undefined)) {
    return [required(field, 'exactly one of url or service is required')];
  }
  if (hasUrl) {
    const url = textOf(client.url);
    if (!URL.canParse(url)) return [invalid(`${field}.url`, url, 'url must be a valid URL')];
    if (new URL(url).protocol === 'https:') return [];
    const why = `'https' is the only allowed URL scheme; desired format: https://host[/path]`;
    return [invalid(`${field}.url`, new URL(url).protocol.replace(':', ''), why)];
  }
  const service = isObject(client.service) ? client.service : {};
  const errors: FieldError[] = [];
  if (textOf(service.name) === '') errors.push(required(`${field}.service.name`));
  if (textOf(service.namespace) === '') {
    errors.push(required(`${field}.service.namespace`));
  }
  return errors;
}

function checkReviewVersions(webhook: JsonObject | undefined, path: string): FieldError[] {
  const versions = textsOf(webhook?.conversionReviewVersions);
  const field = `${path}.conversionReviewVersions`;
  if (versions.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) {
      errors.push(invalid(`${field}[${i}]`, version, 'duplicate version'));
      continue;
    }
    errors.push(...dns1035Label(version).map((why) => invalid(`${field}[${i}]`, version, why)));
  }
  if (!versions.some((version) => reviewVersions.includes(version))) {
    errors.push(invalid(field, [...versions], `must include at least one of ${reviewVersions.join(', ')}`));
  }
  return errors;
}
