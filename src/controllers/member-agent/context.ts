import type { TypedClient } from '../../apimachinery/kinds.ts';
import type { Clock, Logger, Random } from '../../base/index.ts';
import type { EventRecorder } from '../shared/event-recorder.ts';

export interface MemberAgentContext {
  readonly hub: TypedClient;
  readonly member: TypedClient;
  readonly memberName: string;
  /** PEM of the authority of the member's API server, shown to users of the hub; optional. */
  readonly certificateAuthority?: string;
  /** Of the hub. */
  readonly events: EventRecorder;
  /** Starts and stops the work applier. */
  readonly applier: { setJoined(joined: boolean, membershipUid: string): void };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}
