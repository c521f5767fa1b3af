import { type Clock, errorMessage, type Logger } from '../base/index.ts';

export type Close = () => Promise<void> | void;

/** Together below the time after which `drydock down` gives up. */
const closeLimitsMs = { allParts: 8_000, lateParts: 500 } as const;

/**
 * Undoes what was done, last first. What fails, and what does not come to its end in time, keeps nothing else from being
 * undone, and is named in the log: the store survives an end at any moment, a server that does not end is in the way.
 */
export async function closeAll(
  closing: Close[],
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<void> {
  const deadlineMs = clock.monotonic() + closeLimitsMs.allParts;
  for (const close of closing.reverse()) {
    const timeUp = new AbortController();
    const leftMs = Math.max(closeLimitsMs.lateParts, deadlineMs - clock.monotonic());
    const part = String(close);
    try {
      const ended = Promise.resolve(close()).then(() => true);
      const late = clock.sleep(leftMs, timeUp.signal).then(() => false);
      if (!(await Promise.race([ended, late]))) log.error('a part did not close in time', { part });
    } catch (thrown) {
      log.error('a part did not close', { part, error: errorMessage(thrown) });
    } finally {
      timeUp.abort();
    }
  }
}
