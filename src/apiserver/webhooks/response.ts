import { numberAt, textAt } from '../../apimachinery/read.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { CallFailure } from './failure.ts';
import { typeMismatch, uidMismatch } from './mismatch.ts';

/** What a webhook decided. */
export interface Verdict {
  readonly allowed: boolean;
  /** A JSON patch as text; '' for none. */
  readonly patch: string;
  readonly patchType: string;
  readonly result: JsonObject | undefined;
  readonly warnings: readonly string[];
  readonly annotations: readonly (readonly [string, string])[];
}

/** Reads an AdmissionReview that came as an answer. Throws `CallFailure`. */
export function verdictOf(
  review: JsonObject,
  asked: {
    readonly webhook: string;
    readonly uid: string;
    readonly version: string;
    readonly mayPatch: boolean;
  },
): Verdict {
  const fail = (why: string) => new CallFailure(asked.webhook, `received invalid webhook response: ${why}`);
  const { response } = review;
  if (!isObject(response)) throw fail('webhook response was absent');
  const patch = Buffer.from(textAt(response, 'patch'), 'base64').toString('utf8');
  const patchType = typeof response['patchType'] === 'string' ? response['patchType'] : undefined;
  if (asked.version === 'v1') {
    const problem =
      mismatchOf(review, response, asked.uid) ??
      (asked.mayPatch ? pairProblem(patch, patchType) : forbiddenPatch(patch, patchType));
    if (problem !== undefined) throw fail(problem);
  }
  return {
    allowed: response['allowed'] === true,
    patch: asked.mayPatch ? patch : '',
    patchType: asked.version === 'v1' ? (patchType ?? '') : 'JSONPatch',
    result: isObject(response['status']) ? response['status'] : undefined,
    warnings: textsOf(response['warnings']),
    annotations: isObject(response['auditAnnotations'])
      ? Object.entries(response['auditAnnotations']).map(([key, value]) => [key, String(value)])
      : [],
  };
}

function mismatchOf(review: JsonObject, response: JsonObject, uid: string): string | undefined {
  const type = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
  return uidMismatch(response, uid) ?? typeMismatch(review, type);
}

function pairProblem(patch: string, patchType: string | undefined): string | undefined {
  if (patch !== '' && patchType === undefined)
    return 'webhook returned response.patch but not response.patchType';
  if (patch === '' && patchType !== undefined)
    return 'webhook returned response.patchType but not response.patch';
  return patchType === '' ? 'webhook returned invalid response.patchType of ""' : undefined;
}

function forbiddenPatch(patch: string, patchType: string | undefined): string | undefined {
  if (patch !== '') return 'validating webhook may not return response.patch';
  return patchType === undefined ? undefined : 'validating webhook may not return response.patchType';
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** Codes that an answer can have; a webhook may say others. */
const codes = { least: 400, most: 599 };

/** The refusal of a webhook: its own Status, in whose text it is named. */
export function refusalOf(webhook: string, result: JsonObject | undefined): StatusError {
  const denied = `admission webhook ${goQuote(webhook)} denied the request`;
  const [said, reason] = [textAt(result, 'message'), textAt(result, 'reason')];
  const message =
    said !== ''
      ? `${denied}: ${said}`
      : reason !== ''
        ? `${denied}: ${reason}`
        : `${denied} without explanation`;
  const given = numberAt(result, 'code');
  const code = given < codes.least ? codes.least : given > codes.most ? 500 : Math.floor(given);
  const details = detailsOf(result?.['details']);
  const retryAfter = numberAt(result, 'details', 'retryAfterSeconds');
  return new StatusError(code, reason, message, details, retryAfter > 0 ? retryAfter : undefined);
}

const detailTexts = ['name', 'group', 'kind', 'uid'];

/** What a Status can say besides; the rest is no part of one. */
function detailsOf(details: Json | undefined): JsonObject | undefined {
  if (!isObject(details)) return undefined;
  const taken: JsonObject = {};
  for (const member of detailTexts)
    if (textAt(details, member) !== '') taken[member] = textAt(details, member);
  const causes = details['causes'];
  if (Array.isArray(causes) && causes.length > 0) {
    taken['causes'] = causes
      .filter(isObject)
      .map((cause) =>
        Object.fromEntries(
          ['reason', 'message', 'field'].flatMap((member) =>
            textAt(cause, member) === '' ? [] : [[member, textAt(cause, member)]],
          ),
        ),
      );
  }
  const retryAfterSeconds = numberAt(details, 'retryAfterSeconds');
  if (retryAfterSeconds !== 0) taken['retryAfterSeconds'] = retryAfterSeconds;
  return taken;
}
