import type { Json } from '../../base/index.ts';
import type { Difference, ResourceReport, ResourceReports } from '../kinds/placement.ts';

/** All lists of an object together, as JSON: the whole of it has to stay below about 1.5 MiB. */
const listsBytes = 1024 * 1024;
const lists = ['failedPlacements', 'driftedPlacements', 'diffedPlacements'] as const;
const details = ['observedDrifts', 'observedDiffs'] as const;

/** The first place of a list of differences, and how many more there are. */
export function summaryOf(differences: readonly Difference[]): Difference[] {
  const [first, ...more] = differences;
  if (!first) return [];
  const path = more.length > 0 ? `${first.path} and ${more.length} more path(s)` : first.path;
  return [{ path, valueInHub: '(omitted)', valueInMember: '(omitted)' }];
}

/**
 * The same, if their lists fit into one object. Else differences are told in short, and if that is not enough the lists
 * are as long as fits: a status that says less is better than one that cannot be written.
 */
export function fitting<T extends ResourceReports>(parts: readonly T[]): readonly T[] {
  if (bytesOf(parts) <= listsBytes) return parts;
  const short = parts.map((part) => changed(part, (list) => list.map(inShort)));
  const bytes = bytesOf(short);
  if (bytes <= listsBytes) return short;
  const share = listsBytes / bytes;
  return short.map((part) => changed(part, (list) => list.slice(0, Math.floor(list.length * share))));
}

function bytesOf(parts: readonly ResourceReports[]): number {
  let bytes = 0;
  for (const part of parts) {
    for (const name of lists) {
      const list = part[name];
      if (list) bytes += Buffer.byteLength(JSON.stringify(list));
    }
  }
  return bytes;
}

function changed<T extends ResourceReports>(
  part: T,
  change: (list: readonly ResourceReport[]) => ResourceReport[],
): T {
  const next = { ...part };
  for (const name of lists) {
    const list = part[name];
    if (!list) continue;
    const kept = change(list);
    if (kept.length > 0) next[name] = kept;
    else delete next[name];
  }
  return next;
}

function inShort(report: ResourceReport): ResourceReport {
  const short: ResourceReport = { ...report };
  for (const name of details) {
    const found = short[name];
    if (Array.isArray(found)) short[name] = summaryOf(found.filter(isDifference));
  }
  const { condition } = report;
  const cut = condition && condition.message.length > messageCharacters;
  return cut
    ? { ...short, condition: { ...condition, message: condition.message.slice(0, messageCharacters) } }
    : short;
}

const messageCharacters = 1024;

function isDifference(value: Json): value is Difference {
  return typeof Object(value)['path'] === 'string';
}
