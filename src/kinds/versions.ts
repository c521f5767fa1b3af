import type { VersionConversion } from '../apimachinery/contract.ts';
import type { Json, JsonObject } from '../base/index.ts';
import { normalize } from './normalize.ts';

/** Names of event fields: in core/v1, which is how events are stored, and in events.k8s.io/v1. */
const eventFields = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

const eventConversion: VersionConversion = {
  fromStorage(event) {
    for (const [core, renamed] of eventFields) rename(event, core, renamed);
    normalize(event, 'events.v1.Event');
  },
  toStorage(event) {
    for (const [core, renamed] of eventFields) rename(event, renamed, core);
    normalize(event, 'core.v1.Event');
  },
};

/** An event of events.k8s.io with the names of core/v1; the object itself stays as it is. */
export function coreEvent(event: JsonObject): JsonObject {
  const names = new Map<string, string>(eventFields.map(([core, renamed]) => [renamed, core]));
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [names.get(name) ?? name, value]));
}

function rename(object: JsonObject, from: string, to: string): void {
  const value: Json | undefined = object[from];
  if (value === undefined) return;
  delete object[from];
  object[to] = value;
}

/** What serving a stored form in another group or version takes. */
export const versionFacts = {
  storageOf: (group: string) =>
    group === 'events.k8s.io' ? { storage: { group: '', version: 'v1' } as const } : {},
  conversionOf: (group: string): VersionConversion | undefined =>
    group === 'events.k8s.io' ? eventConversion : undefined,
};
