/**
 * Fetches objects and their Table rows from a real kube-apiserver and writes two of each resource to
 * test/kinds/reference/tables.json. Fill the server before, e.g. with the objects of reference/cases.ts and some statuses.
 *
 *     node tools/record-tables.ts https://127.0.0.1:6443 TOKEN
 */
import { writeFileSync } from 'node:fs';
import { objectAt, objectsAt, textAt } from '../src/apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../src/base/index.ts';
import { builtinResources } from '../src/kinds/index.ts';

process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
const [origin = '', token = ''] = process.argv.slice(2);
const keptPerResource = 3;

async function fetchJson(path: string, accept: string): Promise<JsonObject> {
  const response = await fetch(origin + path, { headers: { authorization: `Bearer ${token}`, accept } });
  const value: unknown = await response.json();
  return isObject(value) ? value : {};
}

function identity(object: JsonObject): string {
  return `${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`;
}

const recorded: Json[] = [];
for (const { group, version, resource, verbs, kind } of builtinResources()) {
  if (!verbs.includes('list')) continue;
  const path = `${group === '' ? '/api' : `/apis/${group}`}/${version}/${resource}`;
  const list = await fetchJson(path, 'application/json');
  const nowMs = Date.now();
  const table = await fetchJson(path, 'application/json;as=Table;g=meta.k8s.io;v=v1');
  const rows = new Map(
    objectsAt(table, 'rows').map((row) => [identity(objectAt(row, 'object')), row['cells']]),
  );
  for (const object of objectsAt(list, 'items').slice(0, keptPerResource)) {
    const metadata = objectAt(object, 'metadata');
    delete metadata['managedFields'];
    const apiVersion = group === '' ? version : `${group}/${version}`;
    recorded.push({
      nowMs,
      object: { apiVersion, kind, ...object },
      cells: rows.get(identity(object)) ?? null,
    });
  }
}
writeFileSync(
  new URL('../test/kinds/reference/tables.json', import.meta.url),
  `${JSON.stringify(recorded, undefined, 1)}\n`,
);
