import type { RecordStore } from '../arm/index.ts';
import { fleetIdOfMember, fleetMemberType } from '../providers/container-service/fleet-members/record.ts';
import { Fields } from '../providers/fields.ts';

/** Which fleet a cluster is a member of, at once and as records say. */
export interface FleetMemberships {
  /** The fleet that the cluster of this resource id has joined. */
  fleetOf(clusterResourceId: string): string | undefined;
  /** Calls `onChange` when a cluster has joined a fleet or is no longer its member. */
  watch(onChange: () => void): { close(): void };
}

/** Members that have joined; one that is on its way in or out has no part in its fleet's rights. */
const joinedStates: ReadonlySet<string> = new Set(['Succeeded', 'Updating']);

export class FleetMembershipMirror implements FleetMemberships {
  /** By member id, in lower case. */
  readonly #members = new Map<string, { readonly cluster: string; readonly fleetId: string }>();
  /** By cluster id, in lower case. */
  readonly #fleets = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #told: Promise<void> = Promise.resolve();

  /** Resolves once all members that there are have been read, with what ends the reading. */
  async start(records: RecordStore): Promise<() => Promise<void>> {
    const watching = await records.watch(fleetMemberType, (id) => {
      // One after the other: what is read later is newer.
      this.#told = this.#told.then(() => this.#read(id, records)).catch(() => undefined);
    });
    await this.#told;
    return async () => {
      watching.close();
      this.#listeners.clear();
      await this.#told;
    };
  }

  fleetOf(clusterResourceId: string): string | undefined {
    return this.#fleets.get(clusterResourceId.toLowerCase());
  }

  watch(onChange: () => void): { close(): void } {
    this.#listeners.add(onChange);
    return { close: () => void this.#listeners.delete(onChange) };
  }

  async #read(id: string, records: RecordStore): Promise<void> {
    const member = await records.get(id);
    const isJoined = member !== undefined && joinedStates.has(member.provisioningState);
    const cluster = new Fields(member?.properties).string('clusterResourceId')?.toLowerCase() ?? '';
    const key = id.toLowerCase();
    const known = this.#members.get(key);
    if (isJoined ? known?.cluster === cluster : known === undefined) return;
    if (known) {
      this.#members.delete(key);
      this.#fleets.delete(known.cluster);
    }
    if (isJoined) {
      const fleetId = fleetIdOfMember(id);
      this.#members.set(key, { cluster, fleetId });
      this.#fleets.set(cluster, fleetId);
    }
    for (const listener of this.#listeners) listener();
  }
}
