import { cloneJson } from '../apimachinery/clone.ts';
import {
  isDeeperThan,
  isObject,
  type Json,
  type JsonObject,
  jsonEqual,
  nestingLevelsLimit,
  setMember,
} from '../base/index.ts';
import { type PatchReading, whyNotApplied } from './json-patch-reason.ts';
import { badPatch, goTypeWord, PatchError, patchDoesNotApply } from './patch-error.ts';

/** The most operations that one JSON patch may carry. */
export const jsonPatchOperationsLimit = 10_000;
/** What the copies of one patch may add, together, in characters of JSON. */
const copiedCharactersLimit = 3 * 1024 * 1024;

/** What the operations of one patch may still do. */
interface Allowance {
  copiedCharacters: number;
}

interface Operation {
  readonly op: string;
  readonly path: string | undefined;
  readonly from: string | undefined;
  readonly value: Json | undefined;
}

/**
 * A JSON patch (RFC 6902) on an object; neither of them is changed. Throws PatchError: 400 when the patch is malformed,
 * 413 when it is too long, 422 when an operation does not apply. `server` reads patches as kube-apiserver does, which
 * replaces what is not there; `strict` as the RFC says.
 */
export function applyJsonPatch(
  object: JsonObject,
  patch: Json,
  reading: PatchReading = 'server',
): JsonObject {
  const operations = decodeOperations(patch);
  if (operations.length > jsonPatchOperationsLimit) {
    throw new PatchError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${jsonPatchOperationsLimit}, got ${operations.length}`,
    );
  }
  let document: Json = cloneJson(object);
  const allowance = { copiedCharacters: copiedCharactersLimit };
  for (const operation of operations) document = applied(document, operation, { allowance, reading });
  if (!isObject(document)) throw patchDoesNotApply();
  return document;
}

function decodeOperations(patch: Json): Operation[] {
  if (!Array.isArray(patch)) {
    throw badPatch(
      `error decoding patch: json: cannot unmarshal ${goTypeWord(patch)} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  return patch.map((entry) => {
    if (!isObject(entry)) {
      throw badPatch(
        `error decoding patch: json: cannot unmarshal ${goTypeWord(entry)} into Go value of type handlers.jsonPatchOp`,
      );
    }
    return {
      op: textMember(entry, 'op') ?? '',
      path: textMember(entry, 'path'),
      from: textMember(entry, 'from'),
      value: entry.value,
    };
  });
}

function textMember(entry: JsonObject, name: string): string | undefined {
  const value = entry[name];
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  throw badPatch(
    `error decoding patch: json: cannot unmarshal ${goTypeWord(value)} into Go struct field jsonPatchOp.${name} of type string`,
  );
}

interface Applying {
  readonly allowance: Allowance;
  readonly reading: PatchReading;
}

function applied(document: Json, operation: Operation, applying: Applying): Json {
  try {
    return applyOperation(document, operation, applying);
  } catch (thrown) {
    if (thrown instanceof PatchError) {
      thrown.explanation ??= () => whyNotApplied(document, operation, applying.reading);
    }
    throw thrown;
  }
}

function applyOperation(document: Json, operation: Operation, { allowance, reading }: Applying): Json {
  const path = pointer(operation.path);
  switch (operation.op) {
    case 'add':
      return add(document, path, ownCopy(operation.value));
    case 'remove':
      return remove(document, path);
    case 'replace':
      if (reading === 'strict' && read(document, path) === undefined) throw patchDoesNotApply();
      // A document is an object or a list: nothing else takes its place, and the real server says nothing of it.
      if (reading === 'server' && path.length === 0 && !isContainer(operation.value)) return document;
      return replace(document, path, ownCopy(operation.value));
    case 'move': {
      const from = pointer(operation.from);
      const moved = read(document, from);
      if (moved === undefined) throw patchDoesNotApply();
      // Only what goes further down can become too deep.
      if (path.length > from.length) {
        spend(allowance, moved);
        checkDepth(path, moved);
      }
      return put(remove(document, from), path, moved);
    }
    case 'copy': {
      const from = pointer(operation.from);
      // As the Go library behind the real server has it: a copy of what is not there is null.
      const copied = parentOf(document, from) && (read(document, from) ?? null);
      if (copied === undefined) throw patchDoesNotApply();
      spend(allowance, copied);
      return add(document, path, cloneJson(copied));
    }
    case 'test': {
      const found = read(document, path);
      // An absent member equals null, as in the Go library behind the real server.
      if (!jsonEqual(found ?? null, operation.value ?? null)) throw patchDoesNotApply();
      return document;
    }
    default:
      throw patchDoesNotApply();
  }
}

/** A later operation may change what an earlier one put there; the patch stays as it is. */
function ownCopy(value: Json | undefined): Json {
  return typeof value === 'object' ? structuredClone(value) : (value ?? null);
}

function spend(allowance: Allowance, value: Json): void {
  allowance.copiedCharacters -= JSON.stringify(value).length;
  if (allowance.copiedCharacters >= 0) return;
  const added = copiedCharactersLimit - allowance.copiedCharacters;
  const refusal = patchDoesNotApply();
  refusal.explanation = () =>
    `Unable to complete the copy, the accumulated size increase of copy is ${added}, exceeding the limit ${copiedCharactersLimit}`;
  throw refusal;
}

/** No walk over an object ends in the middle because operations put deep values below deep values. */
function checkDepth(path: readonly string[], value: Json): void {
  if (path.length > nestingLevelsLimit || isDeeperThan(value, nestingLevelsLimit - path.length))
    throw patchDoesNotApply();
}

function pointer(text: string | undefined): string[] {
  if (text === undefined) throw patchDoesNotApply();
  if (text === '') return [];
  if (!text.startsWith('/')) throw patchDoesNotApply();
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: Json, path: readonly string[]): Json | undefined {
  let current: Json | undefined = document;
  for (const part of path) {
    if (Array.isArray(current)) current = current[listIndex(part, current.length - 1)];
    else if (isObject(current)) current = Object.hasOwn(current, part) ? current[part] : undefined;
    else return undefined;
  }
  return current;
}

function add(document: Json, path: readonly string[], value: Json): Json {
  checkDepth(path, value);
  return put(document, path, value);
}

function put(document: Json, path: readonly string[], value: Json): Json {
  const place = parentOf(document, path);
  if (place === undefined) throw patchDoesNotApply();
  if (Array.isArray(place.parent)) {
    const index = place.key === '-' ? place.parent.length : listIndex(place.key, place.parent.length);
    place.parent.splice(index, 0, value);
  } else setMember(place.parent, place.key, value);
  return document;
}

function remove(document: Json, path: readonly string[]): Json {
  const place = parentOf(document, path);
  if (place === undefined) throw patchDoesNotApply();
  if (Array.isArray(place.parent)) place.parent.splice(listIndex(place.key, place.parent.length - 1), 1);
  else {
    if (!Object.hasOwn(place.parent, place.key)) throw patchDoesNotApply();
    delete place.parent[place.key];
  }
  return document;
}

function replace(document: Json, path: readonly string[], value: Json): Json {
  checkDepth(path, value);
  const place = parentOf(document, path);
  if (place === undefined) return value;
  if (Array.isArray(place.parent)) place.parent[listIndex(place.key, place.parent.length - 1)] = value;
  else {
    // As the Go library behind the real server has it: what is not there can be replaced.
    setMember(place.parent, place.key, value);
  }
  return document;
}

function isContainer(value: Json | undefined): boolean {
  return isObject(value) || Array.isArray(value);
}

/** The container that holds the last part of `path`; undefined for the document itself. */
function parentOf(
  document: Json,
  path: readonly string[],
): { parent: Json[] | JsonObject; key: string } | undefined {
  const key = path.at(-1);
  if (key === undefined) return undefined;
  const parent = read(document, path.slice(0, -1));
  if (!Array.isArray(parent) && !isObject(parent)) throw patchDoesNotApply();
  return { parent, key };
}

/** Negative numbers count from the end. */
function listIndex(part: string, last: number): number {
  if (!/^-?\d+$/.test(part)) throw patchDoesNotApply();
  const index = Number(part);
  const place = index < 0 ? index + last + 1 : index;
  if (place < 0 || place > last) throw patchDoesNotApply();
  return place;
}
