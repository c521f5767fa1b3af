import { isObject, type JsonObject } from '../../base/index.ts';
import { textOf } from '../../schema/structural-node.ts';

/** The address under which a real server would call the webhook that converts objects; undefined without one. */
export function conversionWebhookOf({ conversion }: JsonObject): string | undefined {
  if (!isObject(conversion) || conversion.strategy !== 'Webhook') return undefined;
  const webhook = isObject(conversion.webhook) ? conversion.webhook : {};
  const config = isObject(webhook.clientConfig) ? webhook.clientConfig : {};
  if (textOf(config.url) !== '') return textOf(config.url);
  const service = isObject(config.service) ? config.service : {};
  const path = textOf(service.path).replace(/^\/?/, '/');
  return `https://${textOf(service.name)}.${textOf(service.namespace)}.svc:${service.port ?? 443}${path}`;
}
