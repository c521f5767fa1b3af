import type { ResourceRecord } from '../../../arm/index.ts';

export type Power = 'Running' | 'Stopped';

/** What `start` and `stop` asked for last. */
export function powerOf(record: ResourceRecord): Power {
  return record.internal?.['power'] === 'Stopped' ? 'Stopped' : 'Running';
}
