import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import { badRequest, StatusError } from '../../apimachinery/status.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import type { Clock, JsonObject } from '../../base/index.ts';
import { BackendFailure, type Backends, readAnswer } from '../backends/index.ts';
import type { Convert, Shown } from '../matching/versions.ts';
import type { AdmissionMetrics, WebhookCall } from '../metrics/admission-metrics.ts';
import { CallFailure } from './failure.ts';
import { refusalOf, type Verdict, verdictOf } from './response.ts';
import { mistypedMember } from './response-types.ts';
import { reviewText } from './review.ts';
import type { Invocation } from './rules.ts';

/** What steps of webhooks work with. */
export interface Callers {
  readonly backends: Backends;
  readonly convert: Convert;
  readonly metrics: AdmissionMetrics;
  readonly clock: Clock;
}

/**
 * Asks one webhook and passes on what it has to tell. Returns the verdict of one that allows; throws its refusal, or
 * `CallFailure` when there is no answer that counts.
 */
async function askWebhook(
  { backends, cluster }: { readonly backends: Backends; readonly cluster: ClusterView },
  write: Write,
  {
    invocation,
    shown,
    mayPatch,
  }: { readonly invocation: Invocation; readonly shown: Shown; readonly mayPatch: boolean },
): Promise<Verdict> {
  const { hook } = invocation;
  const { name, reviewVersion: version, backend } = hook;
  if (write.options.dryRun && hook.sideEffects !== 'None' && hook.sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${goQuote(name)} does not support dry run`);
  }
  if (version === undefined) {
    const why = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)';
    throw new CallFailure(name, `could not create admission objects: ${why}`);
  }
  if (!backend) throw new CallFailure(name, 'could not get REST client: the address cannot be read');
  const uid = cluster.random.uuid();
  const body = reviewText(write, invocation, { uid, version, ...shown });
  let review: JsonObject;
  try {
    const { timeoutSeconds } = hook;
    const asked = { body, timeoutMs: timeoutSeconds * 1000, shownTimeoutSeconds: timeoutSeconds };
    review = readAnswer(await backends.post(backend, asked), {
      group: 'admission.k8s.io',
      kind: 'AdmissionReview',
      version,
      known: ['v1', 'v1beta1'],
    });
  } catch (thrown) {
    if (!(thrown instanceof BackendFailure)) throw thrown;
    throw new CallFailure(name, `failed to call webhook: ${thrown.message}`);
  }
  const mistyped = mistypedMember(review);
  if (mistyped !== undefined) throw new CallFailure(name, `failed to call webhook: ${mistyped}`);
  const verdict = verdictOf(review, { webhook: name, uid, version, mayPatch });
  for (const [key, value] of verdict.annotations) annotate(write, `${name}/${key}`, value);
  for (const warning of verdict.warnings) write.warnings.push(warning);
  if (!verdict.allowed) throw refusalOf(name, verdict.result);
  return verdict;
}

/** The same, measured. `type`: as the real server calls the step. */
export async function askMeasured(
  around: Callers & { readonly cluster: ClusterView },
  write: Write,
  asked: Parameters<typeof askWebhook>[2],
): Promise<Verdict> {
  const { metrics, clock } = around;
  const { hook } = asked.invocation;
  const begunMs = clock.monotonic();
  const ended = (code: number, outcome: WebhookCall['outcome']) =>
    metrics.webhook({
      name: hook.name,
      type: asked.mayPatch ? 'admit' : 'validating',
      operation: write.operation,
      seconds: (clock.monotonic() - begunMs) / 1000,
      code,
      outcome,
    });
  try {
    const verdict = await askWebhook(around, write, asked);
    ended(200, 'allowed');
    return verdict;
  } catch (thrown) {
    if (thrown instanceof CallFailure) ended(503, hook.ignoresFailures ? 'failed open' : 'failed');
    else if (thrown instanceof StatusError) ended(thrown.code, 'refused');
    throw thrown;
  }
}

/** What was said first stays. */
export function annotate(write: Write, key: string, value: string): void {
  if (!Object.hasOwn(write.annotations, key)) write.annotations[key] = value;
}
