import { conditionOf } from '../../apimachinery/conditions.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { eachInTurn, type JsonObject } from '../../base/index.ts';
import {
  addressesOf,
  addressesPlace,
  addressObject,
  isManaged,
  isOfService,
} from '../admission/service-address-objects.ts';
import { rangesPlace } from '../admission/service-ranges.ts';
import { defaultServiceCidrName, serviceCidr } from '../bootstrap/objects.ts';
import type { ClusterParts } from '../call/call.ts';
import type { OwnWork, Term } from '../call/own-work.ts';
import { Passes } from '../call/passes.ts';
import type { Collection } from '../storage/collection.ts';
import { objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { internalCall } from '../verbs/internal-call.ts';
import { changeObject } from '../write/change.ts';
import { removeObject } from '../write/removal.ts';

interface Followed {
  readonly resource: ServedResource;
  readonly collection: Collection;
}

/**
 * Keeps the server's own ServiceCIDR, and one IPAddress for each address that a service has: services and their addresses come
 * and go in one commit, so there is work only after a start over older data, and when somebody else removes or makes some.
 */
export class ServiceNetworkKeeper {
  readonly #parts: ClusterParts;
  readonly #passes: Passes;
  readonly #cidr: string;
  #services: Followed | undefined;
  #addresses: Followed | undefined;
  #ranges: Followed | undefined;
  /** The keys of services that addresses were taken from. */
  #robbed = new Set<string>();
  /** Everything is to be looked at; what else is asked for is the range. */
  #all = false;

  constructor(parts: ClusterParts, own: OwnWork, cidr: string) {
    this.#parts = parts;
    this.#cidr = cidr;
    own.onStart(() => {
      this.#all = true;
    });
    this.#passes = new Passes(own, {
      what: 'addresses of services',
      clock: parts.clock,
      log: parts.log,
      pass: (term) => this.#pass(term),
      failed: () => {
        this.#all = true;
        return true;
      },
    });
  }

  async start(): Promise<void> {
    this.#services = await this.#followed('', 'services');
    this.#addresses = await this.#followed(addressesPlace.group, addressesPlace.resource);
    this.#ranges = await this.#followed(rangesPlace.group, rangesPlace.resource);
    const addresses = this.#addresses;
    addresses?.collection.listen(({ type, object }) => {
      if (type !== 'DELETED') return;
      const { namespace, name } = objectAt(object.peek(addresses.resource), 'spec', 'parentRef');
      this.#robbed.add(objectKey(textOf(namespace), textOf(name)));
      this.#passes.ask();
    });
    this.#ranges?.collection.listen(({ object }) => {
      if (object.name === defaultServiceCidrName) this.#passes.ask();
    });
  }

  async #followed(group: string, plural: string): Promise<Followed | undefined> {
    const resource = this.#parts.resources.find(group, 'v1', plural);
    return resource && { resource, collection: await this.#parts.storage.collection(resource) };
  }

  async #pass(term: Term): Promise<void> {
    const [isAll, robbed] = [this.#all, this.#robbed];
    this.#all = false;
    this.#robbed = new Set();
    await this.#keepRange(term);
    const services = isAll ? this.#objects(this.#services) : this.#found(robbed);
    await eachInTurn(services, (service) => this.#keepAddresses(term, service));
    if (isAll) await eachInTurn(this.#objects(this.#addresses), (each) => this.#removeOrphan(term, each));
  }

  #found(keys: Iterable<string>): JsonObject[] {
    const followed = this.#services;
    if (!followed) return [];
    return [...keys].flatMap((key) => {
      const stored = followed.collection.get(key);
      return stored ? [stored.peek(followed.resource)] : [];
    });
  }

  #objects(followed: Followed | undefined): JsonObject[] {
    if (!followed) return [];
    return [...followed.collection.scan('')].map((stored) => stored.peek(followed.resource));
  }

  async #keepRange(term: Term): Promise<void> {
    const followed = this.#ranges;
    if (!followed) return;
    const wanted = serviceCidr({ cidr: this.#cidr, nowMs: this.#parts.clock.now() });
    const current = followed.collection.get(defaultServiceCidrName)?.peek(followed.resource);
    if (!current) {
      await this.#create(term, followed.resource, wanted);
      return;
    }
    const isOther = textsAt(current, 'spec', 'cidrs').join() !== this.#cidr;
    const isGoing = readMetadata(current)['deletionTimestamp'] !== undefined;
    if (isOther || isGoing || conditionOf(current, 'Ready')) return;
    const target = { resource: followed.resource, namespace: '', name: defaultServiceCidrName };
    const call = internalCall(term, 'update', { ...target, subresource: 'status' });
    await changeObject(this.#parts, call, {
      creates: 'never',
      mayRetry: true,
      compute: (stored) => ({ ...stored?.copy(target.resource), status: wanted['status'] ?? {} }),
    }).catch(unless(404));
  }

  async #keepAddresses(term: Term, service: JsonObject): Promise<void> {
    const followed = this.#addresses;
    if (!followed) return;
    const { namespace, name } = readMetadata(service);
    const owner = { namespace: textOf(namespace), name: textOf(name) };
    for (const address of addressesOf(service)) {
      if (term.ending.aborted || followed.collection.get(address)) continue;
      const object = addressObject(address, owner);
      if (object) await this.#create(term, followed.resource, object);
    }
  }

  async #create(term: Term, resource: ServedResource, object: JsonObject): Promise<void> {
    const name = textAt(object, 'metadata', 'name');
    const call = internalCall(term, 'create', { resource, namespace: '', name });
    const how = { creates: 'always', mayRetry: false, compute: () => object } as const;
    await changeObject(this.#parts, call, how).catch(unless(409));
  }

  async #removeOrphan(term: Term, address: JsonObject): Promise<void> {
    const [services, followed] = [this.#services, this.#addresses];
    if (!services || !followed || term.ending.aborted || !isManaged(address)) return;
    const name = textAt(address, 'metadata', 'name');
    const parent = objectAt(address, 'spec', 'parentRef');
    const owner = { namespace: textOf(parent['namespace']), name: textOf(parent['name']) };
    const service = services.collection.get(objectKey(owner.namespace, owner.name))?.peek(services.resource);
    if (service && isOfService(address, owner) && addressesOf(service).includes(name)) return;
    const call = internalCall(term, 'delete', { resource: followed.resource, namespace: '', name });
    await removeObject(this.#parts, call).catch(unless(404));
  }
}

function unless(code: number): (thrown: unknown) => void {
  return (thrown) => {
    if (!(thrown instanceof StatusError) || thrown.code !== code) throw thrown;
  };
}
