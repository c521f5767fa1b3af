import { textAt } from '../../apimachinery/read.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import type { JsonObject } from '../../base/index.ts';

/** What is wrong with a review of v1 that is none of the type that was asked for. */
export function typeMismatch(
  review: JsonObject,
  expected: { readonly apiVersion: string; readonly kind: string },
): string | undefined {
  const [apiVersion, kind] = [textAt(review, 'apiVersion'), textAt(review, 'kind')];
  if (apiVersion === expected.apiVersion && kind === expected.kind) return undefined;
  const shown = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
  return `expected webhook response of ${expected.apiVersion}, Kind=${expected.kind}, got ${shown}`;
}

/** What is wrong with a response to another question. */
export function uidMismatch(response: JsonObject, uid: string): string | undefined {
  const given = textAt(response, 'uid');
  return given === uid ? undefined : `expected response.uid=${goQuote(uid)}, got ${goQuote(given)}`;
}
