import assert from 'node:assert/strict';
import {
  CodedError,
  isObject,
  type Json,
  type JsonObject,
  silentLogger,
  systemRandom,
} from '../../src/base/index.ts';
import type { ClusterSupply } from '../../src/providers/cluster-supply.ts';
import { containerServiceLoops } from '../../src/providers/container-service/index.ts';
import { CannotConverge } from '../../src/providers/loop.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import type { CallOptions, Estate, Reply } from '../arm/estate.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { noDurations, suppliedCluster } from '../support/supplied-cluster.ts';
import { everyType } from './every-type.ts';

/** The version that has everything. */
export const newest = '2026-06-02-preview';

/** A fleet with members whose clusters do as the test says, and the loops of the service. */
export class UpdateEstate {
  readonly clock = new ManualClock();
  readonly #store = createMemoryStore({ clock: this.clock, random: systemRandom });
  /** Clusters that work on nothing until they are let go, and those that fail. */
  readonly #held = new Map<string, PromiseWithResolvers<void>>();
  readonly #failing = new Set<string>();
  readonly #power = new Power();
  #running: { readonly estate: Estate; kill(): Promise<void> } | undefined;
  group = '';

  static async open(): Promise<UpdateEstate> {
    const opened = new UpdateEstate();
    await opened.start();
    opened.group = await opened.estate.group('rg');
    await opened.succeed('PUT', opened.fleet, { location: 'eastus' });
    await opened.until(opened.fleet, ({ provisioningState }) => provisioningState === 'Succeeded');
    return opened;
  }

  get estate(): Estate {
    assert.ok(this.#running);
    return this.#running.estate;
  }

  get fleet(): string {
    return `${this.group}/providers/Microsoft.ContainerService/fleets/f`;
  }

  cluster(name: string): string {
    return `${this.group}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  }

  run(name: string): string {
    return `${this.fleet}/updateRuns/${name}`;
  }

  async start(): Promise<void> {
    const { estate, settings } = await everyType({
      store: this.#power.feeds(this.#store),
      clock: this.clock,
      clusters: this.#supply(),
    });
    const { records } = estate.manager;
    const parts = { records, clock: this.clock, random: systemRandom, log: silentLogger };
    const loops = containerServiceLoops(parts, { ...settings, durations: noDurations });
    this.#running = {
      estate,
      kill: async () => {
        // Loops end between two steps; what hangs is cut off, as a killed process cuts it off.
        for (const { reject } of this.#held.values()) reject(new Error('the process ended'));
        await Promise.all(loops.map((loop) => loop.stop()));
        await estate.close();
      },
    };
  }

  /** After this many further commits the process does nothing any more, as one that is killed between two of them. */
  cutAfter(commits: number): void {
    this.#power.left = commits;
  }

  /** What has been written to keys with this text in them, in bytes. */
  bytesWritten(inKey: string): number {
    return this.#power.written.get(inKey) ?? this.#power.count(inKey);
  }

  get isCut(): boolean {
    return this.#power.left === 0;
  }

  /** The process ends and another one begins on the same store. */
  async restart(): Promise<void> {
    await this.#running?.kill();
    this.#power.left = Number.POSITIVE_INFINITY;
    for (const name of this.#held.keys()) this.hold(name);
    await this.start();
  }

  async close(): Promise<void> {
    await this.#running?.kill();
    await this.#store.close();
  }

  hold(name: string): void {
    const held = Promise.withResolvers<void>();
    held.promise.catch(() => undefined);
    this.#held.set(name, held);
  }

  /** The cluster goes on and ends what it was held at. */
  release(name: string): void {
    this.#held.get(name)?.resolve();
    this.#held.delete(name);
  }

  /** Whatever is ordered of the cluster from now on fails, until it is `mended`. */
  breaks(name: string): void {
    this.#failing.add(name);
  }

  mended(name: string): void {
    this.#failing.delete(name);
  }

  #supply(): ClusterSupply {
    return {
      ensure: async ({ clusterId, name }) => {
        await this.#held.get(name)?.promise;
        if (this.#failing.has(name))
          throw new CannotConverge('NodesNotReady', `The nodes of ${name} are ill.`);
        return suppliedCluster(clusterId);
      },
      get: suppliedCluster,
      renew: () => Promise.reject(new Error('nothing is renewed here')),
      stop: async () => undefined,
      remove: async () => undefined,
    };
  }

  call(method: string, target: string, options: CallOptions & { apiVersion?: string } = {}): Promise<Reply> {
    const { apiVersion = newest, ...rest } = options;
    const [path, query] = target.split('?');
    return this.estate.call(method, `${path}?api-version=${apiVersion}${query ? `&${query}` : ''}`, rest);
  }

  async succeed(method: string, target: string, body?: JsonObject): Promise<JsonObject> {
    const isCluster = target.includes('/managedClusters/');
    const reply = await this.call(method, target, {
      ...(body && { body }),
      ...(isCluster && { apiVersion: '2025-03-01' }),
    });
    assert.ok(reply.status < 300, `${method} ${target}: ${reply.status} ${reply.code} ${reply.message}`);
    return reply.body;
  }

  /** A cluster of that version that is a member of the fleet. */
  async member(
    name: string,
    group?: string,
    more: { version?: string; labels?: JsonObject } = {},
  ): Promise<void> {
    const { version = '1.33.4', labels } = more;
    const pool = { name: 'nodes', count: 1, mode: 'System' };
    await this.succeed('PUT', this.cluster(name), {
      location: 'eastus',
      properties: { kubernetesVersion: version, agentPoolProfiles: [pool] },
    });
    await this.until(this.cluster(name), ({ provisioningState }) => provisioningState === 'Succeeded');
    const member = `${this.fleet}/members/${name}`;
    await this.succeed('PUT', member, {
      properties: {
        clusterResourceId: this.cluster(name),
        ...(group !== undefined && { group }),
        ...(labels && { labels }),
      },
    });
    await this.until(member, ({ provisioningState }) => provisioningState === 'Succeeded');
  }

  async properties(target: string): Promise<JsonObject> {
    const body = await this.succeed('GET', target);
    return isObject(body['properties']) ? body['properties'] : {};
  }

  /** Lets the loops work until the resource is as wanted; fails after many turns in which nothing led there. */
  async until(target: string, isReached: (properties: JsonObject) => boolean): Promise<JsonObject> {
    for (let turns = 0; ; turns++) {
      const properties = await this.properties(target);
      if (isReached(properties)) return properties;
      assert.ok(turns < 500, `${target} never got there: ${JSON.stringify(properties)}`);
      await new Promise((next) => setImmediate(next));
    }
  }

  /** Lets the loops do all that they would do without anybody's help. */
  settle(): Promise<void> {
    return this.turns(200);
  }

  async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next));
  }

  /** Starts a run of this body, and waits until it is in the state. */
  async begin(name: string, properties: JsonObject): Promise<void> {
    await this.succeed('PUT', this.run(name), { properties });
    await this.succeed('POST', `${this.run(name)}/start`);
  }

  untilState(name: string, state: string): Promise<JsonObject> {
    return this.until(this.run(name), (properties) => stateAt(properties, 'status') === state);
  }

  async version(name: string): Promise<Json | undefined> {
    return (await this.properties(this.cluster(name)))['currentKubernetesVersion'];
  }
}

export const full = (kubernetesVersion: string) => ({ upgrade: { type: 'Full', kubernetesVersion } });

/** Stages of groups by their names. */
export function stages(...names: readonly (readonly string[])[]): JsonObject {
  return {
    stages: names.map((groups, at) => ({
      name: `stage${at + 1}`,
      groups: groups.map((name) => ({ name })),
    })),
  };
}

/** The state of a step of a run: `at(properties, 'status.stages.0.groups.1')`. */
export function stateAt(properties: JsonObject, path: string): Json | undefined {
  const status = at(properties, path === 'status' ? 'status.status' : `${path}.status`);
  return isObject(status) ? status['state'] : undefined;
}

export function at(value: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((inside, name) => {
    if (Array.isArray(inside)) return inside[Number(name)];
    return isObject(inside) ? inside[name] : undefined;
  }, value);
}

/** States of all members, by name. */
export function memberStates(properties: JsonObject): Record<string, Json | undefined> {
  const found: Record<string, Json | undefined> = {};
  for (const stage of list(at(properties, 'status.stages'))) {
    for (const group of list(at(stage, 'groups'))) {
      for (const member of list(at(group, 'members')))
        found[String(at(member, 'name'))] = at(member, 'status.state');
    }
  }
  return found;
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** What keeps a process going. */
class Power {
  /** Commits that it is still good for. */
  left = Number.POSITIVE_INFINITY;
  /** Bytes by the text in keys that somebody asked for. */
  readonly written = new Map<string, number>();

  /** Counts from now on. */
  count(inKey: string): number {
    this.written.set(inKey, 0);
    return 0;
  }

  /** The store as a process sees it, which does not close with it. */
  feeds(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'close') return async () => undefined;
        if (name === 'commit')
          return (change: Parameters<Store['commit']>[0]) => this.#commit(target, change);
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }

  #commit(store: Store, change: Parameters<Store['commit']>[0]): ReturnType<Store['commit']> {
    if (this.left === 0) return Promise.reject(new CodedError('unavailable', 'the process ended'));
    if ((change.writes ?? []).length > 0) this.left--;
    for (const write of change.writes ?? []) {
      if (!('put' in write)) continue;
      for (const [inKey, bytes] of this.written) {
        if (write.put.includes(inKey)) this.written.set(inKey, bytes + write.value.byteLength);
      }
    }
    return store.commit(change);
  }
}
