import { ArmError, isGuid, refusals } from '../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

/** What one request may ask for (those of rows and scopes are Resource Graph's). */
export const requestLimits = { rows: 1_000, subscriptions: 1_000, managementGroups: 10 } as const;

/** The body of `POST /providers/Microsoft.ResourceGraph/resources`. */
export interface QueryRequest {
  readonly query: string;
  /** Undefined: all that the caller may see. In lower case. */
  readonly subscriptions: readonly string[] | undefined;
  readonly managementGroups: readonly string[] | undefined;
  readonly top: number;
  readonly skip: number;
  readonly skipToken: string | undefined;
  readonly isTable: boolean;
}

/** Reads it. Throws ArmError for what it may not say. */
export function readRequest(body: JsonObject, apiVersion: string): QueryRequest {
  const { query } = body;
  if (typeof query !== 'string' || query.trim() === '') {
    throw refusals.invalidContent("The member 'query' must be a query in text.");
  }
  if (
    Array.isArray(body.facets) ? body.facets.length > 0 : body.facets !== undefined && body.facets !== null
  ) {
    throw new ArmError(501, 'NotImplemented', 'Facets of Resource Graph are not built in Drydock yet.');
  }
  const options = isObject(body.options) ? body.options : {};
  const format = options.resultFormat;
  if (format !== undefined && format !== null && format !== 'table' && format !== 'objectArray') {
    throw refusals.invalidContent("The option 'resultFormat' must be table or objectArray.");
  }
  return {
    query,
    subscriptions: readIds(body.subscriptions, 'subscriptions', requestLimits.subscriptions)?.map(
      readSubscription,
    ),
    managementGroups: readIds(body.managementGroups, 'managementGroups', requestLimits.managementGroups),
    top: readCount(options.$top, '$top', { least: 1, most: requestLimits.rows }) ?? requestLimits.rows,
    skip: readCount(options.$skip, '$skip', { least: 0, most: Number.MAX_SAFE_INTEGER }) ?? 0,
    skipToken: readText(options.$skipToken, '$skipToken'),
    // The first versions answered tables where nothing was said.
    isTable: format === 'table' || (format !== 'objectArray' && apiVersion < '2020-04-01-preview'),
  };
}

function readSubscription(id: string): string {
  if (!isGuid(id)) throw refusals.invalidSubscriptionId(id);
  return id;
}

function readIds(value: Json | undefined, name: string, most: number): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw refusals.invalidContent(`The member '${name}' must be a list of ids.`);
  if (value.length > most) throw refusals.invalidContent(`The member '${name}' has at most ${most} ids.`);
  const ids = value.map((one) => (typeof one === 'string' ? one.toLowerCase() : undefined));
  if (ids.includes(undefined)) throw refusals.invalidContent(`The member '${name}' must be a list of ids.`);
  return ids.length === 0 ? undefined : ids.flatMap((id) => id ?? []);
}

function readCount(
  value: Json | undefined,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw refusals.invalidContent(`The option '${name}' must be a whole number from ${least} to ${most}.`);
}

function readText(value: Json | undefined, name: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= 4_096) return value;
  throw refusals.invalidContent(`The option '${name}' must be a token that an answer gave.`);
}
