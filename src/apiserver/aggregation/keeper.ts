import { conditionOf, conditionsIn } from '../../apimachinery/conditions.ts';
import { textAt } from '../../apimachinery/read.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { eachInTurn, errorMessage, isObject, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { ClusterParts } from '../call/call.ts';
import type { OwnWork, Term } from '../call/own-work.ts';
import type { Collection } from '../storage/collection.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { internalCall } from '../verbs/internal-call.ts';
import { changeObject } from '../write/change.ts';
import { removeObject } from '../write/removal.ts';
import { availabilityOf } from './availability.ts';
import { customService, type GroupVersion, managedLabel, serviceName } from './local-services.ts';

const againMs = 1_000;

/**
 * Keeps APIServices in step with what the cluster serves, says of each whether it is available, and tells the registry
 * which group versions belong to a service elsewhere.
 */
export class ApiServiceKeeper {
  readonly #parts: ClusterParts;
  #collection: Collection | undefined;
  #resource: ServedResource | undefined;
  readonly #following = new Set<string>();
  #running = false;
  #asked = false;
  readonly #own: OwnWork;

  constructor(parts: ClusterParts, own: OwnWork) {
    this.#parts = parts;
    this.#own = own;
    own.onStart(() => this.#ask());
  }

  /** Call it once custom resources are served. */
  async start(): Promise<void> {
    const { resources, storage } = this.#parts;
    this.#resource = resources.find('apiregistration.k8s.io', 'v1', 'apiservices');
    if (!this.#resource) return;
    this.#collection = await storage.collection(this.#resource);
    this.#collection.listen(() => {
      this.#tellRegistry();
      this.#ask();
    });
    const crds = resources.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
    if (crds) (await storage.collection(crds)).listen(() => this.#ask());
    this.#tellRegistry();
  }

  #all(): JsonObject[] {
    const resource = this.#resource;
    if (!resource || !this.#collection) return [];
    return [...this.#collection.scan('')].map((stored) => stored.decoded(resource));
  }

  #tellRegistry(): void {
    const elsewhere = this.#all()
      .filter(hasService)
      .map(({ spec }) => ({
        group: textAt(spec, 'group'),
        version: textAt(spec, 'version'),
      }));
    this.#parts.resources.setElsewhere(elsewhere);
  }

  /** Changes that come together are looked at together. */
  #ask(): void {
    this.#asked = true;
    if (this.#running) return;
    this.#running = this.#own.run((term) => this.#run(term));
  }

  async #run(term: Term): Promise<void> {
    // What is served is told within the turn of the store.
    await undefined;
    try {
      while (this.#asked && !term.ending.aborted) {
        this.#asked = false;
        await this.#pass(term);
      }
    } catch (thrown) {
      if (term.ending.aborted) return;
      this.#parts.log.error('APIServices: could not be kept', { error: errorMessage(thrown) });
      this.#parts.clock.after(againMs, () => this.#ask());
    } finally {
      this.#running = false;
    }
  }

  async #pass(term: Term): Promise<void> {
    const resource = this.#resource;
    if (!resource) return;
    const present = this.#all();
    const wanted = new Map<string, GroupVersion>();
    for (const { definition } of this.#parts.resources.custom())
      wanted.set(serviceName(definition), definition);
    if (present.some(hasService)) await this.#followServices();
    await eachInTurn(present, async (apiService) => {
      const name = textAt(apiService, 'metadata', 'name');
      const isManaged = textAt(apiService, 'metadata', 'labels', managedLabel) === 'true';
      if (term.ending.aborted) return;
      if (isManaged && !wanted.has(name)) await this.#remove(term, resource, name);
      else await this.#judge(term, name, apiService);
    });
    const names = new Set(present.map((apiService) => textAt(apiService, 'metadata', 'name')));
    const missing = [...wanted].filter(([name]) => !names.has(name));
    await eachInTurn(missing, ([, groupVersion]) => this.#create(term, resource, groupVersion));
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

  async #remove(term: Term, resource: ServedResource, name: string): Promise<void> {
    const call = internalCall(term, 'delete', { resource, namespace: '', name });
    await ignoring(404, removeObject(this.#parts, call));
  }

  async #judge(term: Term, name: string, apiService: JsonObject): Promise<void> {
    const resource = this.#resource;
    const now = await availabilityOf(this.#parts, apiService);
    const isSaid = (condition: JsonObject | undefined) =>
      condition?.['status'] === now.status &&
      condition['reason'] === now.reason &&
      condition['message'] === now.message;
    if (!resource || term.ending.aborted || isSaid(conditionOf(apiService, 'Available'))) return;
    const call = internalCall(term, 'update', { resource, namespace: '', name, subresource: 'status' });
    const compute = (current: JsonObject): JsonObject => {
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
        const isMeant = this.#all().some(
          ({ spec }) => textAt(spec, 'service', 'namespace') === object.namespace,
        );
        if (isMeant) this.#ask();
      });
    }
  }
}

function hasService({ spec }: JsonObject): boolean {
  return isObject(spec) && isObject(spec['service']);
}

async function ignoring(code: number, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (!(thrown instanceof StatusError) || thrown.code !== code) throw thrown;
  }
}
