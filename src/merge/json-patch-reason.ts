import { isObject, type Json } from '../base/index.ts';

/** An operation that did not apply. */
export interface FailedOperation {
  readonly op: string;
  readonly path: string | undefined;
  readonly from: string | undefined;
}

/** Whose reading of RFC 6902: kube-apiserver's (gopkg.in/evanphx/json-patch.v4) or the strict one of its version 5. */
export type PatchReading = 'server' | 'strict';

/**
 * Why an operation does not apply to a document, in the words of the Go library behind whoever reads it. Callers of a
 * patch are not told; of the patch of a webhook they are. Source: gopkg.in/evanphx/json-patch.v4,
 * github.com/evanphx/json-patch/v5
 */
export function whyNotApplied(
  document: Json,
  { op, path, from }: FailedOperation,
  reading: PatchReading,
): string {
  const start = op === 'move' || op === 'copy' ? from : path;
  if (start === undefined) return unreadable(op);
  const shown = start;
  const container = containerAt(document, start);
  switch (op) {
    case 'add':
    case 'remove':
      if (!container) return `${op} operation does not apply: doc is missing path: "${shown}": missing value`;
      return `error in ${op} for path: '${shown}': ${reading === 'strict' ? whyStrictly(op, container, start) : why(container, start)}`;
    case 'replace':
      return `replace operation does not apply: doc is missing ${container ? 'key' : 'path'}: ${shown}: missing value`;
    case 'test':
      return `testing value ${shown} failed: test failed`;
    case 'move':
    case 'copy':
      if (!container)
        return `${op} operation does not apply: doc is missing from path: ${shown}: missing value`;
      if (path !== undefined && !containerAt(document, path)) {
        return `${op} operation does not apply: doc is missing destination path: ${path}: missing value`;
      }
      return `error in ${op} for ${op === 'move' ? 'path' : 'from'}: '${keyOf(start)}': ${why(container, start)}`;
    default:
      return `Unexpected kind: ${op}`;
  }
}

function unreadable(op: string): string {
  if (op === 'move' || op === 'copy')
    return `${op} operation failed to decode from: operation, missing from field: missing value`;
  const which = op === 'replace' || op === 'test' ? 'operation missing path field: ' : '';
  return `${op} operation failed to decode path: ${which}missing value`;
}

function why(container: Json, path: string): string {
  const key = keyOf(path);
  if (!Array.isArray(container)) return `Unable to remove nonexistent key: ${key}: missing value`;
  if (/^[+-]?\d+$/.test(key))
    return `Unable to access invalid index: ${Number(key)}: invalid index referenced`;
  return `value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`;
}

function whyStrictly(op: string, container: Json, path: string): string {
  const key = keyOf(path);
  if (!Array.isArray(container)) return `unable to remove nonexistent key: ${key}: missing value`;
  if (op === 'remove' && !/^[+-]?\d+$/.test(key))
    return `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`;
  return why(container, path);
}

function keyOf(path: string): string {
  return unescapePart(path.slice(path.lastIndexOf('/') + 1));
}

function unescapePart(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function containerAt(document: Json, path: string): Json | undefined {
  // The document lies in nothing.
  if (path === '') return undefined;
  let current: Json | undefined = document;
  for (const part of path.split('/').slice(1, -1).map(unescapePart)) {
    if (Array.isArray(current)) current = current[Number(part)];
    else current = isObject(current) && Object.hasOwn(current, part) ? current[part] : undefined;
  }
  return Array.isArray(current) || isObject(current) ? current : undefined;
}
