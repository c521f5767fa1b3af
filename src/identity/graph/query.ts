import type { Json, JsonObject } from '../../base/index.ts';
import type { HttpResponse } from '../../http/contract.ts';
import { identityLimits } from '../limits.ts';
import type { DirectoryRecord } from '../records/records.ts';
import { type GraphCall, json, plainText } from './call.ts';
import { graphErrors } from './errors.ts';
import { parseFilter } from './filter.ts';
import { present, presentAll } from './present.ts';
import { selectOf } from './select.ts';
import { shapes } from './shapes.ts';

export interface Collection {
  readonly records: Iterable<DirectoryRecord>;
  /** What `@odata.context` names: a collection, or `directoryObjects` for mixed lists. */
  readonly context: string;
  /** The one kind in the list; absent for mixed ones, whose items say their type. */
  readonly kind?: DirectoryRecord['kind'];
}

interface Sorted {
  readonly record: DirectoryRecord;
  readonly all: JsonObject;
  readonly key: string;
}

/** Answers a list: cast, `$filter`, `$search`, `$orderby`, paging, `$select`, `$count`. */
export function answerCollection(call: GraphCall, collection: Collection): HttpResponse {
  const { query, surface } = call;
  if (query.has('$expand'))
    throw graphErrors.unsupportedQuery(
      'Drydock does not serve $expand. Ask for the relation by its own path.',
    );
  const keep = keeping(call, collection);
  const orderBy = orderOf(query);
  const found: Sorted[] = [];
  for (const record of collection.records) {
    const all = presentAll(surface, record);
    if (keep(record, all)) found.push({ record, all, key: sortKey(all, orderBy.property) });
  }
  if (call.request.path.endsWith('/$count')) return plainText(String(found.length));
  const sign = orderBy.descending ? -1 : 1;
  found.sort((a, b) => sign * compare(a, b));
  return page(call, collection, { found, sign });
}

function page(
  call: GraphCall,
  collection: Collection,
  { found, sign }: { readonly found: readonly Sorted[]; readonly sign: number },
): HttpResponse {
  const { query, surface, base } = call;
  const select = selectOf(query);
  const size = topOf(query);
  const after = readSkipToken(query);
  const rest = after ? found.filter((one) => sign * compare(one, after) > 0) : found;
  const shown = rest.slice(0, size);
  const last = shown.at(-1);
  const withType = collection.kind === undefined;
  const chosen = select ? `(${select.join(',')})` : '';
  return json(200, {
    '@odata.context': `${base}/$metadata#${collection.context}${chosen}`,
    ...(query.get('$count') === 'true' ? { '@odata.count': found.length } : {}),
    ...(last && rest.length > size ? { '@odata.nextLink': nextLink(call, last) } : {}),
    value: shown.map(({ record }) => present(surface, record, { select, withType })),
  });
}

function keeping(
  call: GraphCall,
  { kind }: Collection,
): (record: DirectoryRecord, all: JsonObject) => boolean {
  const text = call.query.get('$filter');
  const properties = kind && new Set(Object.keys(shapes[kind].defaults));
  const filter = text ? parseFilter(text, properties) : undefined;
  const search = searchOf(call.query);
  return (record, all) =>
    (call.cast === undefined || record.kind === call.cast) &&
    (!filter || filter(all)) &&
    (!search || search(all));
}

function topOf(query: URLSearchParams): number {
  const text = query.get('$top');
  if (text === null) return identityLimits.defaultPageItems;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > identityLimits.pageItems) {
    throw graphErrors.unsupportedQuery(
      `Invalid page size specified: '${text}'. Must be between 1 and ${identityLimits.pageItems} inclusive.`,
    );
  }
  return size;
}

/** `"displayName:words"`, with `AND` or `OR` between several. */
function searchOf(query: URLSearchParams): ((all: JsonObject) => boolean) | undefined {
  const text = query.get('$search');
  if (!text) return undefined;
  const clauses = [...text.matchAll(/"([A-Za-z]+):([^"]*)"/g)].map(([, name = '', words = '']) => ({
    name,
    words: words.toLowerCase(),
  }));
  if (clauses.length === 0) throw graphErrors.badRequest(`Unrecognized query argument specified: '${text}'.`);
  const matches =
    (all: JsonObject) =>
    ({ name, words }: { name: string; words: string }) =>
      String(all[name] ?? '')
        .toLowerCase()
        .includes(words);
  return / OR /.test(text) ? (all) => clauses.some(matches(all)) : (all) => clauses.every(matches(all));
}

interface Order {
  readonly property: string;
  readonly descending: boolean;
}

/** By creation unless the caller names a property. */
function orderOf(query: URLSearchParams): Order {
  const text = query.get('$orderby');
  if (!text) return { property: 'createdDateTime', descending: false };
  const [property = '', direction = 'asc', ...rest] = text.trim().split(/\s+/);
  if (rest.length > 0 || property.includes(',') || !/^(asc|desc)$/i.test(direction)) {
    throw graphErrors.unsupportedQuery(
      `Sorting by '${text}' is not supported. Name one property, with asc or desc.`,
    );
  }
  return { property, descending: direction.toLowerCase() === 'desc' };
}

function sortKey(all: JsonObject, property: string): string {
  const value: Json | undefined = all[property];
  return typeof value === 'string' ? value.toLowerCase() : JSON.stringify(value ?? '');
}

interface Position {
  readonly key: string;
  readonly record: { readonly id: string };
}

function compare(a: Position, b: Position): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.record.id < b.record.id ? -1 : a.record.id > b.record.id ? 1 : 0;
}

/** The place of the last item shown, so that a page neither repeats nor skips when others come or go. */
function nextLink(call: GraphCall, { key, record }: Position): string {
  const token = Buffer.from(JSON.stringify([key, record.id])).toString('base64url');
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', token);
  const text = [...query].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${call.surface.origins().graph}${call.request.path}?${text}`;
}

function readSkipToken(query: URLSearchParams): Position | undefined {
  const text = query.get('$skiptoken');
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string') {
      return { key: value[0], record: { id: value[1] } };
    }
  } catch {
    // Answered below.
  }
  throw graphErrors.badRequest('The skip token is invalid. Start again from the first page.');
}
