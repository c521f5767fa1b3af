import { JSON_SCHEMA, load } from 'js-yaml';
import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { type Answer, headerOf } from './ask.ts';
import type { Counterparts } from './counterparts.ts';
import { readFrames, readWire } from './wire.ts';

/** One place where two answers differ, as texts of JSON; `undefined` stands for nothing. */
export interface Difference {
  readonly place: string;
  readonly real: string;
  readonly ours: string;
}

export interface Verdict {
  readonly status: boolean;
  readonly body: readonly Difference[];
  readonly managedFields: readonly Difference[];
  readonly headers: readonly Difference[];
}

const headersRead = ['content-type', 'warning', 'retry-after', 'allow', 'location'];
const mostDifferences = 12;

/** Compares what a client sees of two answers to the same request. */
export function compare(real: Answer, ours: Answer, counterparts: Counterparts): Verdict {
  const walk = new Walk(counterparts);
  const [there, here] = [bodyOf(real), bodyOf(ours)];
  const managed: [Json[], Json[]] = [[], []];
  walk.values(withoutManagedFields(there, managed[0]), withoutManagedFields(here, managed[1]), '');
  const fields = new Walk(counterparts);
  fields.values(managed[0], managed[1], 'managedFields');
  const headers = new Walk(counterparts);
  for (const name of headersRead) headers.values(headerOf(real, name), headerOf(ours, name), name);
  return {
    status: real.status === ours.status,
    body: walk.found,
    managedFields: fields.found,
    headers: headers.found,
  };
}

/** JSON as its value, lines of a watch and frames of protobuf as lists, anything else as text. */
function bodyOf(answer: Answer): Json {
  const type = headerOf(answer, 'content-type') ?? '';
  if (type.includes('protobuf')) {
    return type.includes('stream=watch') ? readFrames(answer.bytes) : readWire(answer.bytes);
  }
  const text = answer.bytes.toString('utf8');
  if (type.startsWith('application/yaml')) {
    // What was written as YAML from JSON is JSON.
    const written = load(text, { schema: JSON_SCHEMA }) as Json | undefined;
    return written ?? null;
  }
  const whole = parsed(text);
  if (whole !== undefined) return whole;
  const lines = text.trimEnd().split('\n').map(parsed);
  return lines.every((line) => line !== undefined) ? lines : text;
}

function parsed(text: string): Json | undefined {
  try {
    // What was parsed from JSON is JSON.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function withoutManagedFields(value: Json, taken: Json[]): Json {
  if (Array.isArray(value)) return value.map((each) => withoutManagedFields(each, taken));
  if (!isObject(value)) return value;
  const rest: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === 'managedFields' && Array.isArray(member)) taken.push(member.toSorted(byManager));
    else if (member !== undefined) rest[key] = withoutManagedFields(member, taken);
  }
  return rest;
}

/** Their order follows from the second each was written in, which is not the same on both. */
function byManager(one: Json, other: Json): number {
  const [a, b] = [one, other].map((entry) =>
    isObject(entry)
      ? JSON.stringify([
          entry['operation'],
          entry['manager'],
          entry['apiVersion'],
          entry['subresource'] ?? '',
        ])
      : '',
  );
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

/** A JSON object within a quoted text. */
const quotedObject = /("\{(?:\\.|[^"\\])*\}")/;

function unquoted(text: string): Json | undefined {
  const inner = parsed(text);
  return typeof inner === 'string' ? parsed(inner) : undefined;
}

const prose = /columnDefinitions\[|^(?:paths|definitions|components|parameters)\./;

class Walk {
  readonly found: Difference[] = [];
  readonly #counterparts: Counterparts;

  constructor(counterparts: Counterparts) {
    this.#counterparts = counterparts;
  }

  values(real: Json | undefined, ours: Json | undefined, place: string): void {
    if (this.found.length >= mostDifferences) return;
    if (real === ours) return;
    if (Array.isArray(real) && Array.isArray(ours)) {
      this.#lists(real, ours, place);
      return;
    }
    if (isObject(real) && isObject(ours)) {
      this.#objects(real, ours, place);
      return;
    }
    if (typeof real === 'string' && typeof ours === 'string' && this.#texts(real, ours, place)) return;
    if (typeof real === 'number' && typeof ours === 'number' && this.#numbers(real, ours, place)) return;
    this.found.push({ place, real: shown(real), ours: shown(ours) });
  }

  #lists(real: readonly Json[], ours: readonly Json[], place: string): void {
    for (let at = 0; at < Math.max(real.length, ours.length); at++) {
      this.values(real[at], ours[at], `${place}[${at}]`);
    }
  }

  #objects(real: JsonObject, ours: JsonObject, place: string): void {
    // `items` tells the metadata of a list, whose version is that of the whole server, from an object's.
    const list = 'items' in real || 'rows' in real;
    for (const key of new Set([...Object.keys(real), ...Object.keys(ours)])) {
      // Sentences for people, in OpenAPI and over columns, are everybody's own.
      if (key === 'description' && typeof real[key] !== 'object' && prose.test(place)) continue;
      const inside = place === '' ? key : `${place}.${key}`;
      this.values(own(real, key), own(ours, key), list && key === 'metadata' ? `${inside}(list)` : inside);
    }
  }

  #texts(real: string, ours: string, place: string): boolean {
    const digits = /^\d+$/.test(real) && /^\d+$/.test(ours);
    if (place.endsWith('(list).resourceVersion')) return digits;
    // In protobuf: field 6 of an object's metadata, 2 of a list's.
    if (digits && /(^|\.)(resourceVersion|metadataResourceVersion|6)$/.test(place)) {
      return this.#counterparts.bound('version', real, ours);
    }
    if (digits && /^\[1\]\.2\[0\]\.1\[\d+\]\.2$/.test(place)) return true;
    if (place.endsWith('(list).continue')) return this.#encoded(real, ours, place);
    if (place.endsWith('status.token')) return this.#encoded(real.split('.')[1], ours.split('.')[1], place);
    return this.#counterparts.sameText(real, ours) || this.#repeated(real, ours, place);
  }

  /** Messages that repeat a whole object: it is compared as one, whatever the order of its members. */
  #repeated(real: string, ours: string, place: string): boolean {
    const [there, here] = [real.split(quotedObject), ours.split(quotedObject)];
    if (there.length < 2 || there.length !== here.length) return false;
    return there.every((part, at) => {
      const other = here[at] ?? '';
      if (at % 2 === 0) return this.#counterparts.sameText(part, other);
      const [a, b] = [unquoted(part), unquoted(other)];
      if (a === undefined || b === undefined) return part === other;
      const inner = new Walk(this.#counterparts);
      inner.values(withoutManagedFields(a, []), withoutManagedFields(b, []), `${place}(object)`);
      return inner.found.length === 0;
    });
  }

  #numbers(real: number, ours: number, place: string): boolean {
    if (/\.(nodePort|healthCheckNodePort)$/.test(place)) {
      return Math.min(real, ours) >= 30_000 && this.#counterparts.bound('port', String(real), String(ours));
    }
    if (/\.rv$/.test(place)) return true;
    const times = /\.(exp|iat|nbf|warnafter)$/.test(place) || /\.\d+$/.test(place);
    return times && [real, ours].every((seconds) => this.#counterparts.isNow(seconds * 1000));
  }

  /** JSON within base64. */
  #encoded(real: string | undefined, ours: string | undefined, place: string): boolean {
    const [there, here] = [real, ours].map((text) =>
      parsed(Buffer.from(text ?? '', 'base64url').toString('utf8')),
    );
    if (there === undefined || here === undefined) return false;
    this.values(there, here, place);
    return true;
  }
}

/** A member of its own, whatever its name. */
function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

const mostShown = 600;

function shown(value: Json | undefined): string {
  const text = value === undefined ? 'undefined' : JSON.stringify(value);
  return text.length > mostShown ? `${text.slice(0, mostShown)}...` : text;
}
