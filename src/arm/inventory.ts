import { decodeJson, isObject } from '../base/index.ts';
import type { Access } from './access/access.ts';
import type { Caller, Inventory, ResourceRecord, ResourceType } from './contract.ts';
import { isWithin, subscriptionOf } from './ids.ts';
import type { Presentations } from './presentations.ts';
import type { RecordCache } from './records/cache.ts';
import { permissionBase, type TypeRegistry } from './registry.ts';
import { subscriptionType } from './subscriptions.ts';

/** Records looked at before others get their turn. */
const recordsInOneGo = 1_000;

/** What there is, seen with the rights of whoever asks; they are asked each time. */
export function readableInventory(parts: {
  readonly cache: RecordCache;
  readonly access: Access;
  readonly presentations: Presentations;
  readonly registry: TypeRegistry;
}): Inventory {
  const { cache, access, presentations, registry } = parts;
  return {
    async readable(caller, { scopes, wants }) {
      const mayRead = readRights(caller, access);
      const wanted = new Map<string, boolean>();
      const readable: ResourceRecord[] = [];
      let looked = 0;
      for (const scope of withoutInner(scopes)) {
        for (const record of cache.sorted(scope)) {
          if (++looked % recordsInOneGo === 0) await new Promise((resolve) => setImmediate(resolve));
          const isWanted = wanted.get(record.type) ?? wants(record.type);
          wanted.set(record.type, isWanted);
          if (!isWanted) continue;
          const type = registry.ofRecord(record);
          // What has no type is the estate's own affair, subscriptions aside.
          if (type ? type.unlisted === true : record.type !== subscriptionType) continue;
          if (await mayRead(record, type)) readable.push(record);
        }
      }
      return readable;
    },
    async shown(record, origin) {
      const type = registry.ofRecord(record);
      if (!type) return { properties: record.properties, systemData: record.systemData };
      const asked = { apiVersion: newestVersion(type), inList: true, origin };
      const body = decodeJson(await presentations.resource(record, type, asked));
      return isObject(body) ? body : {};
    },
  };
}

/** Whether a record may be read: asked once for its type in its subscription, and at itself where that is not granted. */
function readRights(caller: Caller, access: Access) {
  const whole = new Map<string, boolean>();
  return async (record: ResourceRecord, type: ResourceType | undefined): Promise<boolean> => {
    const action = `${type ? permissionBase(type) : record.type}/read`;
    const subscription = subscriptionOf(record.id);
    const scope = subscription === undefined ? '/' : `/subscriptions/${subscription}`;
    const name = `${action} ${scope}`;
    let all = whole.get(name);
    if (all === undefined) {
      all = await access.can(caller, action, scope);
      whole.set(name, all);
    }
    return all || access.can(caller, action, record.id);
  };
}

/** Scopes that lie in no other of them: nothing is seen twice. */
function withoutInner(scopes: readonly string[]): readonly string[] {
  const all = [...new Set(scopes.map((scope) => scope.toLowerCase()))];
  return all.filter((scope) => !all.some((other) => other !== scope && isWithin(scope, other)));
}

/** The newest that is no preview, if there is one. */
function newestVersion({ apiVersions }: ResourceType): string {
  return apiVersions.find((version) => !version.endsWith('-preview')) ?? apiVersions[0] ?? '';
}
