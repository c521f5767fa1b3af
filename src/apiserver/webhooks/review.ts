import type { Write } from '../../apimachinery/admission.ts';
import type { JsonObject } from '../../base/index.ts';
import { requestOf } from '../matching/request.ts';
import type { Invocation } from './rules.ts';

/** The whole question as JSON. */
export function reviewText(
  write: Write,
  invocation: Invocation,
  sent: {
    readonly uid: string;
    readonly version: string;
    readonly object: JsonObject | undefined;
    readonly old: JsonObject | undefined;
  },
): string {
  const { options, dryRun, ...request } = requestOf(write, invocation);
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${sent.version}`,
    request: {
      uid: sent.uid,
      ...request,
      object: sent.object ?? null,
      oldObject: sent.old ?? null,
      dryRun,
      options,
    },
  });
}
