import type { Clock } from '../../base/index.ts';
import type { WriteState, WriteStep } from '../call/call.ts';
import type { AdmissionMetrics } from '../metrics/admission-metrics.ts';
import { isPlugIn } from './plug-ins.ts';

/** Steps in which webhooks are waited for. */
const outside: ReadonlySet<string> = new Set(['MutatingAdmissionWebhook', 'ValidatingAdmissionWebhook']);

/** A step whose time is measured, as that of the real server's plug-in of this name; others are as they were. */
export function measured(
  step: WriteStep,
  part: 'admit' | 'validate',
  { metrics, clock }: { readonly metrics: AdmissionMetrics; readonly clock: Clock },
): WriteStep {
  if (!isPlugIn(step.name)) return step;
  const find = metrics.plugIn(step.name, part);
  const isOutside = outside.has(step.name);
  const ended = (state: WriteState, begunMs: number, isRefused: boolean): void => {
    const ms = clock.monotonic() - begunMs;
    if (isOutside) state.call.record.outsideMs += ms;
    find(state.operation, isRefused).observe(ms / 1000);
  };
  const whenDone = async (state: WriteState, begunMs: number, wait: Promise<void>): Promise<void> => {
    let isRefused = true;
    try {
      await wait;
      isRefused = false;
    } finally {
      ended(state, begunMs, isRefused);
    }
  };
  return {
    ...step,
    run(state) {
      const begunMs = clock.monotonic();
      let wait: Promise<void> | undefined;
      try {
        wait = step.run(state) ?? undefined;
      } catch (thrown) {
        ended(state, begunMs, true);
        throw thrown;
      }
      if (wait) return whenDone(state, begunMs, wait);
      ended(state, begunMs, false);
    },
  };
}
