import type { ResourceRecord } from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';

export const autoUpgradeProfileType = 'Microsoft.ContainerService/fleets/autoUpgradeProfiles';

/** A run that is being made; chosen before it is, so that it is made once. */
export interface RunInMaking {
  readonly name: string;
  /** False: somebody asked for it, and starts it. */
  readonly isStarted: boolean;
}

/** What a profile has seen of its channel; nothing is made of what had come out before. */
export function seenOf({ internal }: ResourceRecord): string | undefined {
  const seen = internal?.['seen'];
  return typeof seen === 'string' ? seen : undefined;
}

export function runInMaking({ internal }: ResourceRecord): RunInMaking | undefined {
  const making = internal?.['making'];
  if (!isObject(making)) return undefined;
  return { name: String(making['name']), isStarted: making['isStarted'] === true };
}

/** The record with or without a run that is being made. */
export function withRun(record: ResourceRecord, making: RunInMaking | undefined): ResourceRecord {
  const { making: _before, ...internal } = record.internal ?? {};
  return {
    ...record,
    internal: { ...internal, ...(making && { making: { ...making } satisfies JsonObject }) },
  };
}
