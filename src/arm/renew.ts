import type { ResourceType } from './contract.ts';
import { fullType } from './registry.ts';
import type { Services } from './services.ts';

/** Brings what older versions stored to the form of this one, each record with its children in one commit. */
export async function renewRecords(services: Services, types: readonly ResourceType[]): Promise<void> {
  const { records, context } = services;
  for (const type of types) {
    if (!type.renew) continue;
    for (const { id } of records.cache.list('', fullType(type))) {
      const since = records.cache.seen;
      const record = records.cache.get(id)?.record;
      const writes = record ? type.renew(record, context) : [];
      // Whoever wrote it meanwhile has written it in the form of this version.
      if (writes.length > 0) await records.commit({ writes, since });
    }
  }
}
