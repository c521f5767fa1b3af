import { CodedError } from '../../base/index.ts';
import type { Guard } from '../../store/contract.ts';
import type { Database } from '../records/database.ts';
import type { DirectoryRecord, GroupRecord } from '../records/records.ts';
import { type Objects, objectNotFound } from './objects.ts';

const edgesPerTransaction = 100;

/** Who is in which group, directly and through other groups. */
export class Membership {
  readonly #db: Database;
  readonly #objects: Objects;
  #memo = new Map<string, readonly string[]>();
  #memoVersion = '';
  readonly #listeners = new Set<() => void>();

  constructor(db: Database, objects: Objects) {
    this.#db = db;
    this.#objects = objects;
    // A group that goes takes its edges with it only afterwards.
    db.groups.onChange((_id, before, after) => {
      if (!before === !after) return;
      this.#memo.clear();
      this.#changed();
    });
    db.members.onChange(() => this.#changed());
  }

  watch(onChange: () => void): { close(): void } {
    this.#listeners.add(onChange);
    return { close: () => this.#listeners.delete(onChange) };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Groups that hold `id` directly. */
  directGroupsOf(id: string): GroupRecord[] {
    return this.#groups(this.#db.members.sources(id.toLowerCase()));
  }

  /** All groups that hold `id`, nested ones included. */
  groupsOf(id: string): readonly string[] {
    const version = String(this.#db.members.version);
    if (version !== this.#memoVersion) {
      this.#memo.clear();
      this.#memoVersion = version;
    }
    const key = id.toLowerCase();
    const known = this.#memo.get(key);
    if (known) return known;
    const found = this.#closure(key, (one) => this.#db.members.sources(one)).filter((one) =>
      this.#db.groups.get(one),
    );
    const groups = Object.freeze(found);
    this.#memo.set(key, groups);
    return groups;
  }

  members(groupId: string): DirectoryRecord[] {
    return this.#records(this.#db.members.targets(groupId));
  }

  transitiveMembers(groupId: string): DirectoryRecord[] {
    return this.#records(this.#closure(groupId, (one) => this.#db.members.targets(one)));
  }

  owners(id: string): DirectoryRecord[] {
    return this.#records(this.#db.owners.targets(id));
  }

  ownedBy(id: string): DirectoryRecord[] {
    return this.#records(this.#db.owners.sources(id));
  }

  isOwner(id: string, ownerId: string): boolean {
    return this.#db.owners.has(id, ownerId);
  }

  add(relation: 'members' | 'owners', id: string, targetIds: readonly string[]): Promise<void> {
    return this.#db.mirror.transact(() => {
      const source = this.#objects.find(id);
      if (!source) throw objectNotFound(id);
      const targets = targetIds.map((targetId) => this.#target(relation, source, targetId));
      const edges = this.#db[relation];
      return {
        guards: [source, ...targets]
          .flatMap((record) => this.#objects.guards(record))
          .concat(targets.map((target) => edges.guard(source.id, target.id))),
        writes: targets.map((target) => edges.add(source.id, target.id)),
        result: undefined,
      };
    });
  }

  remove(relation: 'members' | 'owners', id: string, targetId: string): Promise<void> {
    const source = id.toLowerCase();
    const target = targetId.toLowerCase();
    return this.#db.mirror.transact(() => {
      const edges = this.#db[relation];
      if (!edges.has(source, target)) throw objectNotFound(targetId);
      return {
        guards: [edges.guard(source, target)],
        writes: [edges.remove(source, target)],
        result: undefined,
      };
    });
  }

  /** Clears what is left of an object that went: a part at a time, since a group may be large. */
  async forget(id: string, fence?: () => Guard): Promise<void> {
    for (const relation of [this.#db.members, this.#db.owners]) {
      for (;;) {
        const left = await this.#db.mirror.transact(() => {
          const edges = relation.edgesOf(id).slice(0, edgesPerTransaction);
          return {
            guards: edges.map(([source, target]) => relation.guard(source, target)),
            writes: edges.map(([source, target]) => relation.remove(source, target)),
            result: edges.length,
          };
        }, fence);
        if (left < edgesPerTransaction) break;
      }
    }
  }

  #target(relation: 'members' | 'owners', source: DirectoryRecord, targetId: string): DirectoryRecord {
    const target = this.#objects.find(targetId);
    if (!target) throw objectNotFound(targetId);
    if (this.#db[relation].has(source.id, target.id)) {
      throw new CodedError(
        'already-exists',
        `One or more added object references already exist for the following modified properties: '${relation}'.`,
      );
    }
    const fits =
      relation === 'members'
        ? target.kind !== 'application' && target.id !== source.id
        : target.kind === 'user' || target.kind === 'servicePrincipal';
    if (!fits) {
      throw new CodedError(
        'invalid',
        `The reference target '${target.id}' of type '${target.kind}' is invalid for the '${relation}' reference.`,
      );
    }
    return target;
  }

  #closure(start: string, next: (id: string) => ReadonlySet<string>): string[] {
    const seen = new Set<string>();
    const open = [start];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const reached of next(id)) {
        if (seen.has(reached) || reached === start) continue;
        seen.add(reached);
        open.push(reached);
      }
    }
    return [...seen];
  }

  #groups(ids: Iterable<string>): GroupRecord[] {
    return [...ids].flatMap((id) => this.#db.groups.get(id) ?? []);
  }

  #records(ids: Iterable<string>): DirectoryRecord[] {
    return [...ids].flatMap((id) => this.#objects.find(id) ?? []);
  }
}
