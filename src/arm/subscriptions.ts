import { type Clock, CodedError, type Random } from '../base/index.ts';
import type { ResourceRecord } from './contract.ts';
import { isGuid } from './ids.ts';
import type { SubscriptionInfo, Subscriptions } from './offers.ts';
import type { StoredRecords } from './records/record-store.ts';
import { madeByEstate, newEtag } from './values.ts';

/** Type of the records of subscriptions, which no declaration stands for. */
export const subscriptionType = 'Microsoft.Resources/subscriptions';

/** Subscriptions as records; registration of namespaces is kept in them. */
export class StoredSubscriptions implements Subscriptions {
  readonly #records: StoredRecords;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(options: { records: StoredRecords; clock: Clock; random: Random }) {
    this.#records = options.records;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  async create(name: string, id = this.#random.uuid()): Promise<SubscriptionInfo> {
    const displayName = name.trim();
    if (displayName === '' || displayName.length > 64) {
      throw new CodedError('invalid', 'A subscription name has 1 to 64 characters.');
    }
    if (!isGuid(id)) throw new CodedError('invalid', `A subscription id is a UUID, not '${id}'.`);
    const subscriptionId = id.toLowerCase();
    const record: ResourceRecord = {
      id: `/subscriptions/${subscriptionId}`,
      name: subscriptionId,
      type: subscriptionType,
      properties: { displayName, state: 'Enabled' },
      provisioningState: 'Succeeded',
      systemData: madeByEstate(this.#clock.now()),
      etag: newEtag(this.#random, ''),
      internal: { unregistered: [] },
    };
    if (this.#records.cache.get(record.id)) {
      throw new CodedError('already-exists', `The subscription '${subscriptionId}' already exists.`);
    }
    await this.#records.put(record);
    return info(record);
  }

  list(): readonly SubscriptionInfo[] {
    return subscriptionRecords(this.#records)
      .sort((a, b) => a.systemData.createdAt.localeCompare(b.systemData.createdAt))
      .map(info);
  }
}

/** All subscription records, in no particular order. */
export function subscriptionRecords(records: StoredRecords): ResourceRecord[] {
  return records.cache.list('', subscriptionType);
}

/** True unless the subscription unregistered the namespace: every namespace starts out registered. */
export function isRegistered(subscription: ResourceRecord, namespace: string): boolean {
  const unregistered = subscription.internal?.unregistered;
  return !(Array.isArray(unregistered) && unregistered.includes(namespace.toLowerCase()));
}

/** The subscription's record with a namespace registered or not. */
export function withRegistration(
  subscription: ResourceRecord,
  namespace: string,
  registered: boolean,
): ResourceRecord {
  const before = subscription.internal?.unregistered;
  const others = (Array.isArray(before) ? before : []).filter((name) => name !== namespace.toLowerCase());
  const unregistered = registered ? others : [...others, namespace.toLowerCase()];
  return { ...subscription, internal: { ...subscription.internal, unregistered } };
}

function info(record: ResourceRecord): SubscriptionInfo {
  return {
    subscriptionId: record.name,
    displayName: String(record.properties.displayName),
    state: String(record.properties.state),
  };
}
