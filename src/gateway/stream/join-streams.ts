import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/index.ts';
import { gatewayLimits } from '../limits.ts';

/**
 * Moves bytes between two streams in both directions until both have ended: the end of one direction is passed on, a
 * stream that is gone ends the other one once it has taken what was on its way. `onClosed` is called once, when neither
 * stream is open any more.
 */
export function joinStreams(
  a: Duplex,
  b: Duplex,
  use: { readonly clock: Clock; readonly onClosed: () => void },
): void {
  let open = 2;
  const closed = () => {
    open--;
    if (open === 0) use.onClosed();
  };
  watchEnd(a, b, use.clock, closed);
  watchEnd(b, a, use.clock, closed);
  a.pipe(b);
  b.pipe(a);
}

function watchEnd(stream: Duplex, other: Duplex, clock: Clock, closed: () => void): void {
  // 'close' follows and tells all there is to know.
  stream.on('error', () => {});
  const onClose = () => {
    if (!stream.readableEnded) other.unpipe(stream);
    finish(other, clock);
    closed();
  };
  if (stream.destroyed) queueMicrotask(onClose);
  else stream.once('close', onClose);
}

/** Lets a stream whose partner is gone write what it has, then closes it. */
function finish(stream: Duplex, clock: Clock): void {
  if (stream.destroyed) return;
  const timer = clock.after(gatewayLimits.closeGraceMs, () => stream.destroy());
  stream.once('close', () => timer.cancel());
  if (stream.writableFinished) stream.destroy();
  else stream.end(() => stream.destroy());
}
