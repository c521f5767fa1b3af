import { isObject, type Json } from '../../base/index.ts';
import type { BodyFindings } from './body-findings.ts';

/** What was found in the values of a JSON patch (RFC 6902), under the paths that they get in the object. */
export function findingsOfPatched(findings: BodyFindings, patch: Json): BodyFindings {
  const duplicates = findings.strict.flatMap((text) => {
    const path = targetOf(text.slice(duplicateField.length, -1), patch);
    return path === undefined ? [] : [`${duplicateField}${path}"`];
  });
  const numbers = new Map<string, string>();
  for (const [place, text] of findings.numbers) {
    const path = targetOf(place, patch);
    if (path !== undefined) numbers.set(path, text);
  }
  return { warnings: duplicates, strict: duplicates, numbers, tooLarge: findings.tooLarge };
}

const duplicateField = 'duplicate field "';
const inValue = /^\[(\d+)\]\.value(.*)$/s;

/** Undefined for a place that does not become part of the object. */
function targetOf(place: string, patch: Json): string | undefined {
  const match = inValue.exec(place);
  const operation = match && Array.isArray(patch) ? patch[Number(match[1])] : undefined;
  if (!isObject(operation) || (operation.op !== 'add' && operation.op !== 'replace')) return undefined;
  const { path } = operation;
  if (typeof path !== 'string') return undefined;
  const parts = path.split('/').slice(1).map(unescaped);
  const text = parts.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('');
  return `${text}${match?.[2] ?? ''}`.replace(/^\./, '');
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
