import type { FieldError } from '../../apimachinery/contract.ts';
import { badRequest, invalid } from '../../apimachinery/status.ts';
import { invalid as invalidField, notSupported, tooLong } from '../../apimachinery/validation/errors.ts';
import { isNumber, isObject, type JsonObject } from '../../base/index.ts';

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

/** The options that a verb takes, as refusals call them; other verbs only read. */
const optionsOf: Readonly<Record<string, string | undefined>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

/** Reads the query parameters of a resource request. Throws 400 for what is no option, 422 for wrong values. */
export function readOptions(query: URLSearchParams, verb: string): CallOptions {
  if (query.size === 0) return defaultOptions;
  const kind = Object.hasOwn(optionsOf, verb) ? optionsOf[verb] : undefined;
  const dryRun = query.getAll('dryRun');
  const policy = query.get('propagationPolicy') ?? '';
  const orphanDependents = readFlag(query, 'orphanDependents');
  if (kind === 'DeleteOptions') checkDeletion({ dryRun, policy, orphanDependents });
  else if (kind !== undefined) checkWrite(kind, query, dryRun);
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
    dryRun: dryRun.includes('All'),
    fieldManager: query.get('fieldManager') ?? '',
    fieldValidation: fieldValidationOf(query.get('fieldValidation') ?? ''),
    force: readFlag(query, 'force'),
    deletion: {
      gracePeriodSeconds: wholeNumber(query, 'gracePeriodSeconds'),
      propagationPolicy: policyOf(policy),
      orphanDependents,
      uid: undefined,
      resourceVersion: undefined,
    },
  };
}

/** Options of a delete: where there is a `DeleteOptions` body, the query does not count. Throws 422. */
export function withDeleteBody(options: CallOptions, body: JsonObject): CallOptions {
  const preconditions = isObject(body['preconditions']) ? body['preconditions'] : {};
  const grace = body['gracePeriodSeconds'];
  const policy = typeof body['propagationPolicy'] === 'string' ? body['propagationPolicy'] : '';
  const orphan = body['orphanDependents'];
  const orphanDependents = typeof orphan === 'boolean' ? orphan : undefined;
  const dryRun = Array.isArray(body['dryRun']) ? body['dryRun'].map(String) : [];
  checkDeletion({ dryRun, policy, orphanDependents });
  const { uid, resourceVersion } = preconditions;
  return {
    ...options,
    dryRun: dryRun.includes('All'),
    deletion: {
      gracePeriodSeconds: isNumber(grace) ? Number(grace) : undefined,
      propagationPolicy: policyOf(policy),
      orphanDependents,
      uid: typeof uid === 'string' ? uid : undefined,
      resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
    },
  };
}

const largest = 2n ** 63n - 1n;

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const isNumeral = /^[+-]?\d+$/.test(text);
  const number = isNumeral ? BigInt(text.replace('+', '')) : 0n;
  if (isNumeral && number >= -largest - 1n && number <= largest) return Number(number);
  const why = isNumeral ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
}

/** A boolean parameter as the real server reads it: the first value counts, and all but `false` and `0` is true. */
export function readFlag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text !== '0' && text.toLowerCase() !== 'false';
}

/** Longest field manager name. */
const managerBytes = 128;
const fieldValidations = ['', 'Ignore', 'Strict', 'Warn'];
const policies = ['Foreground', 'Background', 'Orphan'];

function checkWrite(kind: string, query: URLSearchParams, dryRun: readonly string[]): void {
  const manager = query.get('fieldManager') ?? '';
  const validation = query.get('fieldValidation') ?? '';
  const errors = [...managerErrors(manager), ...dryRunErrors(dryRun)];
  if (!fieldValidations.includes(validation)) {
    errors.push(notSupported('fieldValidation', validation, fieldValidations));
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors);
}

function managerErrors(manager: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > managerBytes) errors.push(tooLong('fieldManager', managerBytes));
  if (plain.test(manager)) return errors;
  let position = 0;
  for (const character of manager) {
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      const detail = `invalid character U+${code} (at position ${position})`;
      errors.push(invalidField('fieldManager', manager, detail));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** ASCII that shows, as nearly all managers are called. */
const plain = /^[\x20-\x7e]*$/;

function dryRunErrors(values: readonly string[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', [...values], ['All'])];
}

function checkDeletion(asked: {
  dryRun: readonly string[];
  policy: string;
  orphanDependents: boolean | undefined;
}): void {
  const { dryRun, policy, orphanDependents } = asked;
  const errors: FieldError[] = [];
  const isKnown = policy === '' || policies.includes(policy);
  if (policy !== '' && orphanDependents !== undefined) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalidField('propagationPolicy', policy, detail));
  }
  if (!isKnown) errors.push(notSupported('propagationPolicy', policy, [...policies, 'nil']));
  errors.push(...dryRunErrors(dryRun));
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
}

function fieldValidationOf(text: string): CallOptions['fieldValidation'] {
  return text === 'Ignore' || text === 'Strict' ? text : 'Warn';
}

function policyOf(text: string): DeletionOptions['propagationPolicy'] {
  return text === 'Orphan' || text === 'Background' || text === 'Foreground' ? text : undefined;
}
