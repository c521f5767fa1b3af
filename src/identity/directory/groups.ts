import type { JsonObject } from '../../base/index.ts';
import type { GroupRecord } from '../records/records.ts';
import type { DirectoryContext } from './context.ts';
import { objectNotFound } from './objects.ts';

export interface NewGroup {
  readonly displayName: string;
  readonly mailNickname: string;
  readonly properties?: JsonObject;
}

export type GroupChange = Partial<NewGroup>;

/** Security groups. */
export class Groups {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  create(group: NewGroup): Promise<GroupRecord> {
    const { db, clock, random } = this.#context;
    const record: GroupRecord = {
      kind: 'group',
      id: random.uuid(),
      createdDateTime: new Date(clock.now()).toISOString(),
      displayName: group.displayName,
      mailNickname: group.mailNickname,
      properties: group.properties ?? {},
    };
    return db.mirror.transact(() => ({
      guards: [db.groups.guard(record.id)],
      writes: [db.groups.put(record.id, record)],
      result: record,
    }));
  }

  update(id: string, change: GroupChange): Promise<GroupRecord> {
    const { db, objects } = this.#context;
    return db.mirror.transact(() => {
      const stored = objects.group(id);
      if (!stored) throw objectNotFound(id);
      const record: GroupRecord = {
        ...stored,
        displayName: change.displayName ?? stored.displayName,
        mailNickname: change.mailNickname ?? stored.mailNickname,
        properties: { ...stored.properties, ...change.properties },
      };
      return {
        guards: [db.groups.guard(stored.id)],
        writes: [db.groups.put(stored.id, record)],
        result: record,
      };
    });
  }
}
