import type { UserInfo } from '../../apimachinery/contract.ts';
import type { Metrics } from '../../base/index.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { FlowFigures } from './flow-figures.ts';
import type { FlowSchema } from './flow-schema.ts';
import { Hands } from './hands.ts';
import type { Level } from './level.ts';

const nobodysHand: readonly number[] = [];

/** What a schema leads to: its priority level, and within it the queues of each of its flows. */
export class Flow {
  readonly schema: FlowSchema;
  readonly level: Level;
  /** What each of its answers says; '' for what acts without an object. */
  readonly schemaUid: string;
  readonly levelUid: string;
  readonly #metrics: Metrics;
  readonly #hands: Hands | undefined;
  #figures: FlowFigures | undefined;

  constructor(schema: FlowSchema, level: Level, metrics: Metrics) {
    this.schema = schema;
    this.level = level;
    this.#metrics = metrics;
    const { queuing } = level.settings;
    this.#hands = queuing && new Hands(schema.name, queuing);
    this.schemaUid = schema.uid;
    this.levelUid = level.settings.uid;
  }

  /** Made with the first request. */
  get figures(): FlowFigures {
    return (this.#figures ??= new FlowFigures(this.#metrics, this.level.settings.name, this.schema.name));
  }

  handOf(distinguisher: string): readonly number[] {
    return this.#hands?.of(distinguisher) ?? nobodysHand;
  }

  /** By which its flows are told apart. */
  distinguisher(info: RequestInfo, { username }: UserInfo): string {
    const { queuing } = this.level.settings;
    if (!queuing || queuing.queues === 1) return '';
    if (this.schema.by === 'user') return username;
    return this.schema.by === 'namespace' && info.kind === 'resource' ? info.namespace : '';
  }
}
