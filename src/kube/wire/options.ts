import { isNumber, isObject, type JsonObject } from '../../base/index.ts';
import { badRequest } from './status.ts';

/** Everything a caller can say besides the object itself: query parameters and DeleteOptions, checked. */
export interface CallOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly limit: number;
  readonly continueToken: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  readonly force: boolean | undefined;
  readonly deletion: DeletionOptions;
}

export interface DeletionOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: 'Orphan' | 'Background' | 'Foreground' | undefined;
  /** The deprecated form of the policy. */
  readonly orphanDependents: boolean | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

export const noDeletionOptions: DeletionOptions = {
  gracePeriodSeconds: undefined,
  propagationPolicy: undefined,
  orphanDependents: undefined,
  uid: undefined,
  resourceVersion: undefined,
};

/** What a request without parameters means. */
export const defaultOptions: CallOptions = {
  labelSelector: '',
  fieldSelector: '',
  limit: 0,
  continueToken: '',
  resourceVersion: '',
  resourceVersionMatch: '',
  timeoutSeconds: undefined,
  allowWatchBookmarks: false,
  sendInitialEvents: undefined,
  dryRun: false,
  fieldManager: '',
  fieldValidation: 'Warn',
  force: undefined,
  deletion: noDeletionOptions,
};

/** Reads the query parameters of a resource request. Throws 400. */
export function readOptions(query: URLSearchParams): CallOptions {
  return {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    limit: wholeNumber(query, 'limit') ?? 0,
    continueToken: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    timeoutSeconds: wholeNumber(query, 'timeoutSeconds'),
    allowWatchBookmarks: readFlag(query, 'allowWatchBookmarks') ?? false,
    sendInitialEvents: readFlag(query, 'sendInitialEvents'),
    dryRun: readDryRun(query.getAll('dryRun')),
    fieldManager: query.get('fieldManager') ?? '',
    fieldValidation: readFieldValidation(query.get('fieldValidation')),
    force: readFlag(query, 'force'),
    deletion: {
      gracePeriodSeconds: wholeNumber(query, 'gracePeriodSeconds'),
      propagationPolicy: readPolicy(query.get('propagationPolicy') ?? undefined),
      orphanDependents: readFlag(query, 'orphanDependents'),
      uid: undefined,
      resourceVersion: undefined,
    },
  };
}

/** Options of a delete: a `DeleteOptions` body wins over the query. */
export function withDeleteBody(options: CallOptions, body: JsonObject): CallOptions {
  const preconditions = isObject(body['preconditions']) ? body['preconditions'] : {};
  const grace = body['gracePeriodSeconds'];
  const policy = body['propagationPolicy'];
  const orphan = body['orphanDependents'];
  const dryRun = Array.isArray(body['dryRun']) ? body['dryRun'].map(String) : [];
  const { uid, resourceVersion } = preconditions;
  return {
    ...options,
    dryRun: options.dryRun || readDryRun(dryRun),
    deletion: {
      gracePeriodSeconds: isNumber(grace) ? Number(grace) : options.deletion.gracePeriodSeconds,
      propagationPolicy: typeof policy === 'string' ? readPolicy(policy) : options.deletion.propagationPolicy,
      orphanDependents: typeof orphan === 'boolean' ? orphan : options.deletion.orphanDependents,
      uid: typeof uid === 'string' ? uid : undefined,
      resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
    },
  };
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^-?\d{1,15}$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

/** A boolean parameter as the real server reads it: the first value counts, and all but `false` and `0` is true. */
export function readFlag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text !== '0' && text.toLowerCase() !== 'false';
}

function readDryRun(values: readonly string[]): boolean {
  for (const value of values) {
    if (value !== 'All' && value !== '') {
      throw badRequest(
        `Invalid value: ["${value}"]: dryRun: Unsupported value: "${value}": supported values: "All"`,
      );
    }
  }
  return values.includes('All');
}

function readFieldValidation(text: string | null): CallOptions['fieldValidation'] {
  if (text === null || text === '') return 'Warn';
  if (text === 'Ignore' || text === 'Warn' || text === 'Strict') return text;
  throw badRequest(
    `fieldValidation: Unsupported value: "${text}": supported values: "Ignore", "Strict", "Warn"`,
  );
}

function readPolicy(text: string | undefined): DeletionOptions['propagationPolicy'] {
  if (text === undefined || text === '') return undefined;
  if (text === 'Orphan' || text === 'Background' || text === 'Foreground') return text;
  throw badRequest(
    `propagationPolicy: Unsupported value: "${text}": supported values: "Foreground", "Background", "Orphan", "nil"`,
  );
}
