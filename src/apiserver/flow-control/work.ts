import type { RequestInfo, ResourceRequest } from '../request/request-info.ts';

/** What a request is expected to take: seats while it is at work, and others for a while after that. */
export interface Work {
  readonly seats: number;
  /** For the events that a write sends to those who watch. */
  readonly finalSeats: number;
  readonly finalMs: number;
}

/** The seats that are taken from its beginning to the end of both. */
export function seatsOf({ seats, finalSeats }: Work): number {
  return Math.max(seats, finalSeats);
}

/** What is stored of one resource. */
export interface Stock {
  readonly objects: number;
  readonly bytes: number;
}

const workLimits = {
  listSeats: 100,
  writeSeats: 10,
  /** Of what a list holds in memory at once. */
  bytesPerSeat: 100_000,
  /** A list is written piece by piece: more than that is not held. */
  heldBytes: 1_000_000,
  watchesPerSeat: 10,
  /** How long the events of a write take for that many watches. */
  eventsMs: 5,
} as const;

/** Of most requests. */
export const one: Work = { seats: 1, finalSeats: 0, finalMs: 0 };

/** What an estimate rests on. */
export interface Known {
  /** A level gives no request more; 0: it does not say. */
  readonly mostSeats: number;
  stock(info: ResourceRequest): Stock | undefined;
  watchers(info: ResourceRequest): number;
}

/** True for requests that are estimated; the others take one seat. */
export function isEstimated(info: RequestInfo): info is ResourceRequest {
  return info.kind === 'resource' && info.verb !== 'get' && info.verb !== 'deletecollection';
}

/** As the real server estimates it: lists by how much of them is held in memory, writes by who watches. */
export function estimate(info: ResourceRequest, query: () => URLSearchParams, known: Known): Work {
  if (info.verb === 'list') return listWork(info, query, known);
  if (info.verb !== 'watch') return writeWork(info, known);
  return query().get('sendInitialEvents') === 'true' ? listWork(info, query, known) : one;
}

function listWork(info: ResourceRequest, query: () => URLSearchParams, { mostSeats, stock }: Known): Work {
  const stored = stock(info);
  if (!stored || stored.bytes <= workLimits.bytesPerSeat || mostSeats === 1) return one;
  const asked = query();
  const limit = Number(asked.get('limit') ?? 0);
  const limited = limit > 0 && limit < stored.objects ? limit : stored.objects;
  const fromStore = asked.get('continue') !== null || asked.get('resourceVersionMatch') === 'Exact';
  const selects = fromStore && (asked.has('labelSelector') || asked.has('fieldSelector'));
  const objects = info.name !== '' ? 1 : selects ? Math.max(limited, stored.objects / 2) : limited;
  const bytes = (objects * stored.bytes) / stored.objects;
  const held = fromStore ? bytes : Math.min(bytes, workLimits.heldBytes);
  return ofSeats(Math.ceil(held / workLimits.bytesPerSeat), most(mostSeats, workLimits.listSeats));
}

function writeWork(info: ResourceRequest, { mostSeats, watchers }: Known): Work {
  // Of a token that is made nothing is stored.
  if (info.resource === 'serviceaccounts' && info.subresource === 'token') return one;
  const watches = watchers(info);
  if (watches < workLimits.watchesPerSeat) return one;
  const needed = Math.ceil(watches / workLimits.watchesPerSeat);
  const finalSeats = Math.min(needed, most(mostSeats, workLimits.writeSeats));
  return { seats: 1, finalSeats, finalMs: (needed * workLimits.eventsMs) / finalSeats };
}

function most(ofLevel: number, ofAll: number): number {
  return ofLevel === 0 ? ofAll : Math.min(ofLevel, ofAll);
}

function ofSeats(needed: number, atMost: number): Work {
  const seats = Math.max(1, Math.min(needed, atMost));
  return seats === 1 ? one : { seats, finalSeats: 0, finalMs: 0 };
}
