import type { SchemaNode } from '../apimachinery/contract.ts';
import { NotedPaths } from '../apimachinery/told.ts';
import { isObject, type Json, type JsonObject } from '../base/index.ts';

/** Removes what the schema does not know from an object, in place. */
export function prune(object: JsonObject, node: SchemaNode): void {
  pruneValue(object, node, undefined);
}

/** Paths of the members that the schema does not know, in order. The object is not changed. */
export function unknownFields(object: JsonObject, node: SchemaNode): string[] {
  const paths = new NotedPaths();
  findUnknown(object, node, { prefix: '', paths });
  const inMetadata = (path: string) => (path.startsWith('metadata.') ? 0 : 1);
  // Metadata are looked at first.
  return paths.all.sort((a, b) => inMetadata(a) - inMetadata(b) || (a < b ? -1 : a > b ? 1 : 0));
}

/** Does both in one walk: removes unknown fields in place and answers the texts for them. */
export function pruneAndReport(object: JsonObject, node: SchemaNode): string[] {
  const paths = new NotedPaths();
  pruneValue(object, node, { prefix: '', paths });
  return paths.all.map((path) => `unknown field "${path}"`);
}

interface Report {
  readonly prefix: string;
  readonly paths: NotedPaths;
}

function below(report: Report | undefined, part: string): Report | undefined {
  return report && { prefix: report.prefix + part, paths: report.paths };
}

function pruneValue(value: Json | undefined, node: SchemaNode, report: Report | undefined): void {
  if (Array.isArray(value)) {
    if (!node.items) return;
    for (let i = 0; i < value.length; i++)
      pruneValue(value[i], node.items, report && below(report, `[${i}]`));
    return;
  }
  if (!isObject(value) || node.type === 'any') return;
  for (const key of Object.keys(value)) {
    const member = node.field(key) ?? node.values;
    if (member) {
      if (typeof value[key] === 'object')
        pruneValue(value[key], member, report && below(report, step(report, key)));
    } else if (!node.preserveUnknown) {
      delete value[key];
      report?.paths.note(report.prefix + step(report, key));
    }
  }
}

function step(report: Report, key: string): string {
  return report.prefix === '' ? key : `.${key}`;
}

function findUnknown(value: Json | undefined, node: SchemaNode, report: Report): void {
  if (Array.isArray(value)) {
    if (!node.items) return;
    for (const [i, item] of value.entries()) {
      if (typeof item === 'object') {
        findUnknown(item, node.items, { prefix: `${report.prefix}[${i}]`, paths: report.paths });
      }
    }
    return;
  }
  if (!isObject(value) || node.type === 'any') return;
  for (const key of Object.keys(value)) {
    const member = node.field(key) ?? node.values;
    const path = report.prefix + step(report, key);
    if (!member) {
      if (!node.preserveUnknown) report.paths.note(path);
    } else if (typeof value[key] === 'object')
      findUnknown(value[key], member, { prefix: path, paths: report.paths });
  }
}
