import { conditionOf, conditionsIn } from '../../apimachinery/conditions.ts';
import { textAt } from '../../apimachinery/read.ts';
import { StatusError } from '../../apimachinery/status.ts';
import {
  eachAtOnce,
  eachInTurn,
  type JsonObject,
  jsonEqual,
  rfc3339Seconds,
  type Timer,
} from '../../base/index.ts';
import type { Backends, FrontProxyIdentity } from '../backends/index.ts';
import type { ClusterParts } from '../call/call.ts';
import type { OwnWork, Term } from '../call/own-work.ts';
import { Passes } from '../call/passes.ts';
import type { GroupVersion } from '../discovery/priorities.ts';
import type { Collection } from '../storage/collection.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { internalCall } from '../verbs/internal-call.ts';
import { changeObject } from '../write/change.ts';
import { removeObject } from '../write/removal.ts';
import { availabilityOf, sliceOwner } from './availability.ts';
import {
  type Availability,
  customService,
  locallyAvailable,
  managedLabel,
  serviceName,
} from './local-services.ts';
import { type RemoteService, remoteServiceOf } from './remote-service.ts';
import type { RemoteServices } from './remote-services.ts';

/** Services elsewhere are asked again so soon after they failed, each time in twice the time, and so late at most. */
const probeAgain = { firstMs: 100, mostMs: 30_000, atOnce: 16 } as const;

/** What APIServices of services elsewhere are looked after with. */
export interface Elsewhere {
  readonly remotes: RemoteServices;
  readonly backends: Backends;
  readonly frontProxy: FrontProxyIdentity;
}

/** Keeps APIServices in step with what the cluster serves, says of each whether it is available, and tells who serves the others. */
export class ApiServiceKeeper {
  readonly #parts: ClusterParts;
  #collection: Collection | undefined;
  #resource: ServedResource | undefined;
  readonly #following = new Set<string>();
  readonly #passes: Passes;
  readonly #elsewhere: Elsewhere;
  /** What was said of each last, with what was there to say it of. */
  readonly #said = new Map<string, string>();
  #failures = 0;
  #again: Timer | undefined;

  constructor(parts: ClusterParts, own: OwnWork, elsewhere: Elsewhere) {
    this.#parts = parts;
    this.#elsewhere = elsewhere;
    this.#passes = new Passes(own, {
      what: 'APIServices',
      clock: parts.clock,
      log: parts.log,
      pass: (term) => this.#pass(term),
    });
  }

  /** Call it once custom resources are served. */
  async start(): Promise<void> {
    const { resources, storage } = this.#parts;
    this.#resource = resources.find('apiregistration.k8s.io', 'v1', 'apiservices');
    if (!this.#resource) return;
    this.#collection = await storage.collection(this.#resource);
    this.#collection.listen(({ type, object }) => {
      this.#elsewhere.remotes.update(this.#all());
      if (type === 'DELETED' || !this.#isAsSaid(object)) this.#passes.ask();
    });
    const crds = resources.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
    if (crds) (await storage.collection(crds)).listen(() => this.#passes.ask());
    this.#elsewhere.remotes.update(this.#all());
  }

  /** Written by this process, and nothing else in it is new: else each answer would ask again. */
  #isAsSaid(object: StoredObject): boolean {
    const resource = this.#resource;
    if (!resource) return false;
    const apiService = object.decoded(resource);
    const name = textAt(apiService, 'metadata', 'name');
    return this.#said.get(name) === gist(apiService, conditionOf(apiService, 'Available') ?? {});
  }

  close(): void {
    this.#again?.cancel();
    this.#elsewhere.remotes.close();
  }

  #all(): JsonObject[] {
    const resource = this.#resource;
    if (!resource || !this.#collection) return [];
    return [...this.#collection.scan('')].map((stored) => stored.decoded(resource));
  }

  async #pass(term: Term): Promise<void> {
    const resource = this.#resource;
    if (!resource) return;
    this.#again?.cancel();
    const present = this.#all();
    const builtIn = new Set(
      this.#parts.resources.shared.all.map(({ definition }) => serviceName(definition)),
    );
    const wanted = new Map<string, GroupVersion>();
    for (const { definition } of this.#parts.resources.custom())
      wanted.set(serviceName(definition), definition);
    await eachInTurn(present, async (apiService) => {
      const name = textAt(apiService, 'metadata', 'name');
      const managed = textAt(apiService, 'metadata', 'labels', managedLabel);
      const isManaged = managed === 'true';
      if (term.ending.aborted) return;
      // Of a version that this server had until it was started anew without it.
      if (managed === 'onstart' && !builtIn.has(name)) return this.#remove(term, resource, name);
      const groupVersion = wanted.get(name);
      const own = isManaged && groupVersion && customService(groupVersion, this.#parts.clock.now());
      if (isManaged && !groupVersion) await this.#remove(term, resource, name);
      else if (own && !jsonEqual(apiService['spec'], own['spec'])) await this.#reset(term, resource, own);
      else if (!remoteServiceOf(apiService)) await this.#say(term, apiService, locallyAvailable);
    });
    const names = new Set(present.map((apiService) => textAt(apiService, 'metadata', 'name')));
    for (const name of this.#said.keys()) if (!names.has(name)) this.#said.delete(name);
    const missing = [...wanted].filter(([name]) => !names.has(name));
    await eachInTurn(missing, ([, groupVersion]) => this.#create(term, resource, groupVersion));
    await this.#judgeRemotes(term, present);
  }

  /** They may be many, and each may take long to say nothing. */
  async #judgeRemotes(term: Term, present: readonly JsonObject[]): Promise<void> {
    const remotes = present.flatMap((apiService) => {
      const remote = remoteServiceOf(apiService);
      return remote ? [{ apiService, remote }] : [];
    });
    if (remotes.length === 0) return;
    await this.#followServices();
    let failed = false;
    const judge = async ({ apiService, remote }: (typeof remotes)[number]) => {
      failed = !(await this.#judge(term, apiService, remote)) || failed;
    };
    for (let from = 0; from < remotes.length && !term.ending.aborted; from += probeAgain.atOnce) {
      await eachAtOnce(remotes.slice(from, from + probeAgain.atOnce), judge);
    }
    this.#failures = failed ? this.#failures + 1 : 0;
    const { firstMs, mostMs } = probeAgain;
    const waitMs = failed ? Math.min(mostMs, firstMs * 2 ** Math.min(this.#failures, 16)) : mostMs;
    this.#again = this.#parts.clock.after(waitMs, () => this.#passes.ask());
  }

  /** True when it is available. */
  async #judge(term: Term, apiService: JsonObject, remote: RemoteService): Promise<boolean> {
    const { backends, frontProxy } = this.#elsewhere;
    const now = await availabilityOf({ view: this.#parts.view, backends, frontProxy }, remote);
    await this.#say(term, apiService, now);
    return now.status === 'True';
  }

  async #create(term: Term, resource: ServedResource, of: GroupVersion): Promise<void> {
    if (term.ending.aborted) return;
    const call = internalCall(term, 'create', { resource, namespace: '', name: serviceName(of) });
    const object = customService(of, this.#parts.clock.now());
    await ignoring(
      409,
      changeObject(this.#parts, call, { creates: 'always', mayRetry: false, compute: () => object }),
    );
  }

  /** What this server keeps says what is true of it, whatever others write there. */
  async #reset(term: Term, resource: ServedResource, own: JsonObject): Promise<void> {
    const name = textAt(own, 'metadata', 'name');
    const call = internalCall(term, 'update', { resource, namespace: '', name });
    const isKept = (current: JsonObject) => textAt(current, 'metadata', 'labels', managedLabel) === 'true';
    await ignoring(
      404,
      changeObject(this.#parts, call, {
        creates: 'never',
        mayRetry: true,
        compute: (stored) => {
          const current = stored?.copy(resource) ?? {};
          return isKept(current) ? { ...current, spec: own['spec'] ?? {} } : current;
        },
      }),
    );
  }

  async #remove(term: Term, resource: ServedResource, name: string): Promise<void> {
    const call = internalCall(term, 'delete', { resource, namespace: '', name });
    await ignoring(404, removeObject(this.#parts, call));
  }

  async #say(term: Term, apiService: JsonObject, now: Availability): Promise<void> {
    const resource = this.#resource;
    const name = textAt(apiService, 'metadata', 'name');
    const isSaid = (condition: JsonObject | undefined) =>
      condition?.['status'] === now.status &&
      condition['reason'] === now.reason &&
      condition['message'] === now.message;
    this.#said.set(name, gist(apiService, now));
    if (!resource || term.ending.aborted || isSaid(conditionOf(apiService, 'Available'))) return;
    const call = internalCall(term, 'update', { resource, namespace: '', name, subresource: 'status' });
    const compute = (current: JsonObject): JsonObject => {
      // It was said of another one, or of another service: this one is looked at next.
      if (judgedBy(current) !== judgedBy(apiService)) return current;
      const before = conditionOf(current, 'Available');
      const others = conditionsIn(current['status']).filter((each) => each['type'] !== 'Available');
      const since =
        before?.['status'] === now.status
          ? textAt(before, 'lastTransitionTime')
          : rfc3339Seconds(this.#parts.clock.now());
      const condition = { type: 'Available', ...now, lastTransitionTime: since };
      return { ...current, status: { conditions: [...others, condition] } };
    };
    await ignoring(
      404,
      changeObject(this.#parts, call, {
        creates: 'never',
        mayRetry: true,
        compute: (current) => compute(current?.copy(resource) ?? {}),
      }),
    );
  }

  /** Services and what is behind them matter from the first APIService that names one. */
  async #followServices(): Promise<void> {
    for (const [group, plural] of [
      ['', 'services'],
      ['discovery.k8s.io', 'endpointslices'],
    ] as const) {
      const served = this.#parts.resources.find(group, 'v1', plural);
      if (!served || this.#following.has(plural)) continue;
      const collection = await this.#parts.storage.collection(served);
      this.#following.add(plural);
      collection.listen(({ object }) => {
        const own = object.name;
        const name = group === '' ? own : textAt(object.decoded(served), 'metadata', 'labels', sliceOwner);
        const isMeant = this.#all().some(
          ({ spec }) =>
            textAt(spec, 'service', 'namespace') === object.namespace &&
            textAt(spec, 'service', 'name') === name,
        );
        if (isMeant) this.#passes.ask();
      });
    }
  }
}

/** What a judgement rests on and says: without its time. */
function gist(apiService: JsonObject, { status, reason, message }: JsonObject): string {
  return JSON.stringify([judgedBy(apiService), status, reason, message]);
}

/** What a judgement rests on. */
function judgedBy({ metadata, spec }: JsonObject): string {
  return JSON.stringify([textAt(metadata, 'uid'), spec]);
}

async function ignoring(code: number, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (!(thrown instanceof StatusError) || thrown.code !== code) throw thrown;
  }
}
