import { ArmError, type ArmErrorDetail } from '../../arm/index.ts';
import { encodeJson, isObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Budget } from './query/budget.ts';
import type { Column, Row } from './query/columns.ts';
import type { QueryRefusal } from './query/refusal.ts';
import { Instant, jsonOf, type Type, type Value } from './query/values.ts';
import type { QueryRequest } from './request.ts';
import { readSkip, skipToken } from './skip-token.ts';

/** Resource Graph's own limit. */
const answerLimits = { bytes: 16 * 1024 * 1024 } as const;

/** What the rows of a query are answered as: one page of them. Throws ArmError when that is too much. */
export async function answerBody(
  request: QueryRequest,
  found: { readonly columns: readonly Column[]; readonly rows: readonly Row[] },
  about: { readonly budget: Budget; readonly correlationId: string },
): Promise<Uint8Array> {
  const { columns, rows } = found;
  const skip = readSkip(request);
  const page = rows.slice(skip, skip + request.top);
  const isMore = skip + page.length < rows.length;
  const cells = page.map((row) => columns.map((column, at) => shownCell(row[at] ?? null, column.type)));
  const refuse = (bytes: number): ArmError => {
    const message = `Response payload size is ${bytes}, and has exceeded the limit of ${answerLimits.bytes}. Please consider querying less data at a time and make paginated call if needed.`;
    const details = [{ code: 'ResponsePayloadTooLarge', message }];
    return badRequest(details, about.correlationId, new Date(about.budget.nowMs));
  };
  const least = await leastBytes(request, { columns, cells, budget: about.budget });
  if (least > answerLimits.bytes) throw refuse(least);
  const body: JsonObject = {
    totalRecords: rows.length,
    count: page.length,
    data: request.isTable ? asTable(columns, cells) : asObjects(columns, cells),
    facets: [],
    resultTruncated: 'false',
    ...(isMore && page.length > 0 && { $skipToken: skipToken(request, skip + page.length) }),
  };
  const bytes = encodeJson(body);
  if (bytes.byteLength <= answerLimits.bytes) return bytes;
  throw refuse(bytes.byteLength);
}

/** What a page comes to at least, counted before it is written: values share their parts, and rows the names of their columns. */
async function leastBytes(
  { isTable }: QueryRequest,
  {
    columns,
    cells,
    budget,
  }: { readonly columns: readonly Column[]; readonly cells: readonly Json[][]; readonly budget: Budget },
): Promise<number> {
  const names = columns.reduce((sum, { name }) => sum + name.length + 3, 0);
  let bytes = names * (isTable ? 1 : cells.length);
  for (const row of cells) {
    if (budget.isWinded) await budget.breathe();
    for (const cell of row) {
      if (bytes > answerLimits.bytes) return bytes;
      if (typeof cell === 'string') bytes += cell.length + 2;
      else if (Array.isArray(cell) || isObject(cell)) bytes += budget.jsonText(cell).length;
      else bytes += 1;
    }
  }
  return bytes;
}

function asObjects(columns: readonly Column[], cells: readonly Json[][]): Json {
  return cells.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])));
}

function asTable(columns: readonly Column[], cells: readonly Json[][]): Json {
  return {
    columns: columns.map(({ name, type }) => ({ name, type: shownTypes[type] })),
    rows: cells.map((row) => row),
  };
}

const shownTypes: Readonly<Record<Type, string>> = {
  string: 'string',
  long: 'integer',
  real: 'number',
  bool: 'boolean',
  datetime: 'string',
  timespan: 'string',
  dynamic: 'object',
};

function shownCell(value: Value, type: Type): Json {
  if (value === null) return type === 'string' ? '' : null;
  if (value instanceof Instant) return new Date(value.ms).toISOString().replace('.000Z', 'Z');
  return jsonOf(value);
}

/** A refused query as Resource Graph answers it. */
export function refusedQuery(refusal: QueryRefusal, correlationId: string, now: Date): ArmError {
  const head: ArmErrorDetail = {
    code: 'InvalidQuery',
    message:
      'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
  };
  const { problem, isInvalid } = refusal;
  return badRequest([...(isInvalid ? [head] : []), { ...problem }], correlationId, now);
}

/** The envelope that all of its refusals have: what is wrong stands in the details. */
export function badRequest(details: readonly ArmErrorDetail[], correlationId: string, now: Date): ArmError {
  const message = `Please provide below info when asking for support: timestamp = ${now.toISOString().slice(0, -1)}0000Z, correlationId = ${correlationId}.`;
  return new ArmError(400, 'BadRequest', message, { details });
}
