import type { ClusterView, Write } from '../../apimachinery/admission.ts';

/** Why a write is refused, in the webhook's words; undefined: it is not. */
export type Verdict = string | undefined;

/** One webhook: which writes it is asked about, and what it says. */
export interface Webhook {
  /** As clients see it. */
  readonly name: string;
  readonly operations: readonly Write['operation'][];
  judge(write: Write, hub: ClusterView): Verdict | Promise<Verdict>;
}
