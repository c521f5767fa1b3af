import type { AdmissionStep, ClusterView, Write } from '../../apimachinery/admission.ts';
import { internalError } from '../../apimachinery/status.ts';
import { mayBeAsked } from '../matching/rules.ts';
import type { Shown } from '../matching/versions.ts';
import { annotate, askMeasured, type Callers } from './call.ts';
import { CallFailure } from './failure.ts';
import type { Hooks } from './hooks.ts';
import { shownIfMatched } from './match.ts';
import type { Invocation } from './rules.ts';

/** Webhooks that may refuse what is final, all at the same time. */
export function validatingWebhooks(hooks: Hooks, callers: Callers): AdmissionStep {
  /** What was judged already, when others were faster and the write is decided again: nothing of it has changed. */
  const judged = new WeakMap<Write, readonly string[]>();
  return {
    name: 'ValidatingAdmissionWebhook',
    concerns: mayBeAsked,
    validate(write, cluster) {
      const concerned = hooks.concerned(write);
      if (concerned.length === 0) return undefined;
      const told = judged.get(write);
      if (told) {
        for (const warning of told) write.warnings.push(warning);
        return undefined;
      }
      const before = write.warnings.length;
      return askAll(write, concerned, { ...callers, cluster }).then(() => {
        judged.set(write, write.warnings.slice(before));
      });
    },
  };
}

type Surroundings = Callers & { readonly cluster: ClusterView };

async function askAll(write: Write, concerned: readonly Invocation[], around: Surroundings): Promise<void> {
  const asked: { readonly invocation: Invocation; readonly shown: Shown }[] = [];
  for (const invocation of concerned) {
    const shown = await shownIfMatched(write, invocation, around);
    if (shown) asked.push({ invocation, shown });
  }
  // All are heard, so that what they have to tell comes along; who refused first is passed on.
  const refusals: unknown[] = [];
  await Promise.all(
    asked.map((one, index) =>
      askOne(write, { ...one, index }, around).catch((thrown: unknown) => {
        refusals.push(thrown);
      }),
    ),
  );
  if (refusals.length > 0) throw refusals[0];
}

async function askOne(
  write: Write,
  {
    invocation,
    shown,
    index,
  }: { readonly invocation: Invocation; readonly shown: Shown; readonly index: number },
  around: Surroundings,
): Promise<void> {
  const { hook } = invocation;
  try {
    await askMeasured(around, write, { invocation, shown, mayPatch: false });
  } catch (thrown) {
    if (!(thrown instanceof CallFailure)) throw thrown;
    if (!hook.ignoresFailures) throw internalError(thrown.message);
    annotate(write, `failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, hook.name);
  }
}
