import type { TypedClient } from '../../apimachinery/kinds.ts';
import type { Clock, Logger, Random } from '../../base/index.ts';
import type { InformerSet } from '../../reconcile/index.ts';
import type { EventRecorder } from '../shared/event-recorder.ts';
import type { HourlyPrice } from './costs.ts';

export interface MemberAgentContext {
  readonly hub: TypedClient;
  readonly member: TypedClient;
  readonly memberName: string;
  /** PEM of the authority of the member's API server, shown to users of the hub; optional. */
  readonly certificateAuthority?: string;
  /** What machines cost; without it nothing is said of costs. */
  readonly hourlyPrice?: HourlyPrice;
  /** Of the hub. */
  readonly events: EventRecorder;
  /** Of the member. */
  readonly informers: InformerSet;
  /** Starts and stops the work applier. */
  readonly applier: { setJoined(joined: boolean, membershipUid: string): void };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}
