import type { Clock, Metrics } from '../../base/index.ts';
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from '../../kinds/index.ts';
import { allocate } from './allocation.ts';
import { discountedStartBounds, fairFraction, levelGauges, startBounds } from './families.ts';
import { Flow } from './flow.ts';
import { type FlowSchema, inOrder, readFlowSchema } from './flow-schema.ts';
import { Level } from './level.ts';
import { type PriorityLevel, readPriorityLevel } from './priority-level.ts';

/** The mandatory ones act whether their objects are there or not. */
const imaginedLevels = [...mandatoryPriorityLevels].map(([name, spec]) =>
  readPriorityLevel({ metadata: { name }, spec }),
);
const imaginedSchemas = [...mandatoryFlowSchemas].map(([name, spec]) =>
  readFlowSchema({ metadata: { name }, spec }),
);

/** The priority levels of a cluster, and how its seats are shared out among them. */
export class Levels {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #seats: number;
  #all = new Map<string, Level>();
  #fraction = 0;

  /** `seats`: of the whole server. */
  constructor(seats: number, { clock, metrics }: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#seats = seats;
    this.#clock = clock;
    this.#metrics = metrics;
    metrics.beforeReading(() => this.#measure());
  }

  get all(): ReadonlyMap<string, Level> {
    return this.#all;
  }

  /** Takes the configurations as they are now. Returns where each schema leads, in the order of their precedence. */
  configure(levels: readonly PriorityLevel[], schemas: readonly FlowSchema[]): readonly Flow[] {
    const before = this.#all;
    const wanted = new Map(levels.map((settings) => [settings.name, settings]));
    for (const imagined of imaginedLevels) {
      const { name } = imagined;
      if (!wanted.has(name)) wanted.set(name, before.get(name)?.settings ?? imagined);
    }
    this.#all = new Map();
    for (const settings of wanted.values()) {
      const level = before.get(settings.name) ?? new Level(settings, this.#clock);
      level.settings = settings;
      level.isLeaving = false;
      this.#all.set(settings.name, level);
    }
    for (const [name, level] of before) {
      if (wanted.has(name) || level.queues.isIdle) continue;
      level.isLeaving = true;
      this.#all.set(name, level);
    }
    this.#share();
    const existing = new Set(levels.map(({ name }) => name));
    return this.#flows(schemas.filter(({ level }) => existing.has(level)));
  }

  #flows(leading: readonly FlowSchema[]): readonly Flow[] {
    const names = new Set(leading.map(({ name }) => name));
    const imagined = imaginedSchemas.filter(({ name }) => !names.has(name));
    return [...leading, ...imagined].sort(inOrder).flatMap((schema) => {
      const level = this.#all.get(schema.level);
      return level ? [new Flow(schema, level, this.#metrics)] : [];
    });
  }

  #share(): void {
    const all = [...this.#all.values()];
    const shareSum = all.reduce((sum, { settings }) => sum + settings.shares, 0);
    for (const level of all) level.share(this.#seats, shareSum);
    this.adjust();
  }

  /** Lends what levels do not use to those that could: by what each could use since the last time. */
  adjust(): void {
    const nowMs = this.#clock.monotonic();
    const all = [...this.#all.values()];
    for (const { queues } of all) queues.demand.look(nowMs);
    let seats = all.reduce((sum, { nominal }) => sum + nominal, 0);
    const whole = seats;
    const limited: Level[] = [];
    for (const level of all) {
      if (!level.settings.isExempt) {
        limited.push(level);
        continue;
      }
      // It takes what it needs; what is left is for the others.
      const taken = Math.max(level.least, level.queues.demand.highWatermark);
      level.target = taken;
      level.give(taken);
      seats -= taken;
    }
    this.#shareOut(limited, { seats, whole });
  }

  #shareOut(levels: readonly Level[], { seats, whole }: { readonly seats: number; readonly whole: number }) {
    const needs = levels.map((level) => {
      const { highWatermark, smoothed } = level.queues.demand;
      const needed = Math.max(level.least, Math.min(level.nominal, highWatermark));
      level.target = Math.max(needed, smoothed);
      return { level, needed };
    });
    const leastSum = levels.reduce((sum, { least }) => sum + least, 0);
    const neededSum = needs.reduce((sum, { needed }) => sum + needed, 0);
    this.#fraction = 0;
    if (seats <= leastSum) {
      for (const level of levels) level.give(level.least);
    } else if (seats <= neededSum) {
      const part = (seats - leastSum) / (neededSum - leastSum);
      for (const { level, needed } of needs)
        level.give(level.least + Math.round((needed - level.least) * part));
    } else {
      const claims = needs.map(({ level, needed }) => ({
        target: level.target,
        least: needed,
        most: level.most,
      }));
      const { shares, fraction } = allocate(whole, claims);
      this.#fraction = fraction;
      for (const [at, level] of levels.entries()) level.give(Math.round(shares[at] ?? level.least));
    }
  }

  /** True when nothing was asked for since the last time, and nobody lends to others. */
  get isQuiet(): boolean {
    for (const { queues } of this.#all.values()) {
      const { highWatermark, smoothed, now } = queues.demand;
      if (highWatermark > 0 || now > 0 || smoothed > 0.01) return false;
    }
    return true;
  }

  #measure(): void {
    const families = [...Object.values(levelGauges), startBounds, discountedStartBounds];
    for (const family of families) this.#metrics.clear(family);
    this.#metrics.gauge(fairFraction).set(this.#fraction);
    for (const [name, level] of this.#all) {
      const { queues } = level;
      const { latest, demand } = queues;
      const set = (gauge: keyof typeof levelGauges, value: number) =>
        this.#metrics.gauge(levelGauges[gauge], name).set(value);
      set('nominal', level.nominal);
      set('least', level.least);
      set('most', level.most);
      set('current', level.current ?? 0);
      set('highWatermark', demand.highWatermark);
      set('average', demand.average);
      set('deviation', demand.deviation);
      set('smoothed', demand.smoothed);
      set('target', level.target);
      set('time', queues.time);
      set('dispatchTime', latest.time);
      set('dispatchStart', latest.start);
      this.#metrics.gauge(startBounds, name, 'min').set(latest.least);
      this.#metrics.gauge(startBounds, name, 'max').set(latest.most);
      this.#metrics.gauge(discountedStartBounds, name, 'min').set(latest.leastDiscounted);
      this.#metrics.gauge(discountedStartBounds, name, 'max').set(latest.mostDiscounted);
    }
  }
}
