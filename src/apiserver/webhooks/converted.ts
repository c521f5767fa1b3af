import { cloneJson } from '../../apimachinery/clone.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { fieldErrorText } from '../../apimachinery/status.ts';
import { aggregated } from '../../apimachinery/validation/go-text.ts';
import { validateAnnotations, validateLabels } from '../../apimachinery/validation/metadata.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { BackendFailure } from '../backends/index.ts';

/**
 * What a webhook made of objects, each checked to be the same one, with its metadata put back: of that a conversion
 * changes labels and annotations alone. Throws `BackendFailure`.
 */
export function convertedIn(
  answer: readonly Json[],
  { sources, apiVersion }: { readonly sources: readonly JsonObject[]; readonly apiVersion: string },
): readonly JsonObject[] {
  if (answer.length !== sources.length) {
    throw new BackendFailure(`returned ${answer.length} objects, expected ${sources.length}`);
  }
  return sources.map((source, at) => {
    const where = sources.length === 1 ? 'object' : `converted object at index ${at}`;
    const place = sources.length === 1 ? 'object at index 0' : where;
    const converted = answer[at];
    if (!isObject(converted)) {
      throw new BackendFailure(
        `returned invalid ${place}: invalid type, expected=Unstructured, got=${typeof converted}`,
      );
    }
    const problem = typeProblem(source, converted, apiVersion);
    if (problem !== undefined) throw new BackendFailure(`returned invalid ${place}: ${problem}`);
    const other = identityProblem(source, converted);
    if (other !== undefined) throw new BackendFailure(`returned invalid ${where}: ${other}`);
    const restored = withMetadata(source, converted);
    if (typeof restored === 'string') {
      const called = sources.length === 1 ? 'metadata' : `metadata in object at index ${at}`;
      throw new BackendFailure(`returned invalid ${called}: ${restored}`);
    }
    return restored;
  });
}

function typeProblem(source: JsonObject, converted: JsonObject, apiVersion: string): string | undefined {
  const version = textOf(converted['apiVersion']);
  if (version !== apiVersion) return `invalid groupVersion (expected ${apiVersion}, received ${version})`;
  const [expected, kind] = [textOf(source['kind']), textOf(converted['kind'])];
  return expected === kind ? undefined : `invalid kind (expected ${expected}, received ${kind})`;
}

function identityProblem(source: JsonObject, converted: JsonObject): string | undefined {
  const [before, after] = [readMetadata(source), readMetadata(converted)];
  for (const [member, called] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [expected, given] = [textOf(before[member]), textOf(after[member])];
    if (expected !== given) return `must have the same ${called}: ${expected} != ${given}`;
  }
  return undefined;
}

function withMetadata(source: JsonObject, converted: JsonObject): JsonObject | string {
  const given = converted['metadata'];
  if (given === undefined) return 'missing metadata in converted object';
  if (!isObject(given)) return `invalid metadata of type ${goType(given)} in converted object`;
  const metadata = cloneJson(readMetadata(source));
  for (const member of ['labels', 'annotations'] as const) {
    const value = given[member];
    if (value === undefined || value === null) {
      delete metadata[member];
      continue;
    }
    if (!isObject(value)) return `invalid metadata.${member} of type ${goType(value)} in converted object`;
    const problem = textsProblem(member, value, metadata[member]);
    if (problem !== undefined) return problem;
    metadata[member] = value;
  }
  const { kind, apiVersion, metadata: _given, ...rest } = converted;
  return { kind, apiVersion, metadata, ...rest };
}

function textsProblem(
  member: 'labels' | 'annotations',
  value: JsonObject,
  before: Json | undefined,
): string | undefined {
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'string') continue;
    return `metadata.${member}[${key}] must be a string, but is ${goType(text ?? null)} in converted object`;
  }
  if (jsonEqual(value, before ?? {})) return undefined;
  const errors: FieldError[] =
    member === 'labels'
      ? validateLabels(value, 'metadata.labels')
      : validateAnnotations(value, 'metadata.annotation');
  return errors.length === 0 ? undefined : aggregated(errors.map(fieldErrorText));
}

function goType(value: Json): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (value === null) return '<nil>';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}
