import type { ConversionWebhook } from '../../apimachinery/contract.ts';
import { objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';

/** The webhook that makes the versions of a definition's objects out of one another; undefined where none does. */
export function conversionWebhookOf(
  spec: JsonObject,
): Pick<ConversionWebhook, 'clientConfig' | 'reviewVersions'> | undefined {
  if (textAt(spec, 'conversion', 'strategy') !== 'Webhook') return undefined;
  const webhook = objectAt(spec, 'conversion', 'webhook');
  return {
    clientConfig: objectAt(webhook, 'clientConfig'),
    reviewVersions: textsAt(webhook, 'conversionReviewVersions'),
  };
}
