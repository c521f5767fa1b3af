import type { Target } from './client.ts';

/** A server of this run, ours or the other. */
export interface RunningServer {
  readonly target: Target;
  /** From starting its first process to the first `/readyz` answered with ok; NaN when somebody else started it. */
  readonly readyMs: number;
  /** Processes whose memory is counted. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}
