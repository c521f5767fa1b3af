import { isObject, type Json, type JsonObject } from '../../../../base/index.ts';

const symbols: Readonly<Record<string, string>> = {
  Delete: '-',
  Create: '+',
  Deploy: '!',
  Modify: '~',
  Array: '~',
  NoChange: '=',
  Unsupported: 'x',
  Ignore: '*',
  NoEffect: 'x',
};
/** In the order in which they are told. */
const kinds = ['Delete', 'Create', 'Deploy', 'Modify', 'NoChange', 'Unsupported', 'Ignore', 'NoEffect'];
const counted: Readonly<Record<string, string>> = {
  Delete: 'to delete',
  Create: 'to create',
  Deploy: 'to deploy',
  Modify: 'to modify',
  NoChange: 'no change',
  Unsupported: 'unsupported',
  Ignore: 'to ignore',
};

/** What a deployment would change, as az tells it without colours. */
export function whatIfText(result: JsonObject): string {
  const changes = Array.isArray(result['changes']) ? result['changes'].filter(isObject) : [];
  const lines = [
    'Note: The result may contain false positive predictions (noise).',
    'You can help us improve the accuracy of the result by opening an issue here: https://aka.ms/WhatIfIssues',
    '',
    ...legend(changes),
  ];
  if (changes.length === 0) return [...lines, '', 'Resource changes: no change.'].join('\n');
  const scopes = Map.groupBy(changes, (change) => split(change).scope);
  lines.push('', `The deployment will update the following ${scopes.size === 1 ? 'scope' : 'scopes'}:`);
  for (const [scope, inScope] of scopes) {
    lines.push('', `Scope: ${scope}`);
    for (const change of inScope.toSorted(byKind)) lines.push(...resource(change));
  }
  const counts = kinds.flatMap((kind) => {
    const count = changes.filter((change) => change['changeType'] === kind).length;
    return count === 0 ? [] : [`${count} ${counted[kind]}`];
  });
  return [...lines, '', `Resource changes: ${counts.join(', ')}.`].join('\n');
}

function byKind(a: JsonObject, b: JsonObject): number {
  const kind = kinds.indexOf(String(a['changeType'])) - kinds.indexOf(String(b['changeType']));
  return kind || split(a).name.localeCompare(split(b).name);
}

function legend(changes: readonly JsonObject[]): string[] {
  const found = new Set<string>();
  const take = (deltas: Json | undefined) => {
    for (const one of Array.isArray(deltas) ? deltas.filter(isObject) : []) {
      const kind = String(one['propertyChangeType']);
      found.add(kind === 'Array' ? 'Modify' : kind);
      take(one['children']);
    }
  };
  for (const change of changes) {
    found.add(String(change['changeType']));
    take(change['delta']);
  }
  if (found.size === 0) return [];
  const used = kinds.filter((kind) => found.has(kind));
  const symbol = used.length === 1 ? 'this symbol' : 'these symbols';
  return [
    `Resource and property changes are indicated with ${symbol}:`,
    ...used.map((kind) => `  ${symbols[kind]} ${kind.charAt(0)}${kind.slice(1).toLowerCase()}`),
  ];
}

/** The scope of a resource, and its type with its name. */
function split(change: JsonObject): { readonly scope: string; readonly name: string } {
  const id = String(change['resourceId']);
  const at = id.toLowerCase().lastIndexOf('/providers/');
  if (at >= 0) return { scope: id.slice(0, at) || '/', name: id.slice(at + '/providers/'.length) };
  const [, scope = '/', name = id] = /^(\/subscriptions\/[^/]+)\/(.*)$/.exec(id) ?? [];
  return { scope, name };
}

function resource(change: JsonObject): string[] {
  const kind = String(change['changeType']);
  const { after, before, delta } = change;
  const version = isObject(after) && kind === 'Create' ? ` [${String(after['apiVersion'])}]` : '';
  const head = ['', `  ${symbols[kind]} ${split(change).name}${version}`];
  if (kind === 'Create' && isObject(after)) return [...head, '', ...values(after, 6)];
  if (kind === 'Delete' && isObject(before)) return [...head, '', ...values(before, 6)];
  const deltas = Array.isArray(delta) ? delta.filter(isObject) : [];
  return [...head, ...deltas.flatMap((one) => property(one, 4))];
}

function property(delta: JsonObject, indent: number): string[] {
  const kind = String(delta['propertyChangeType']);
  const pad = ' '.repeat(indent);
  const head = `${pad}${symbols[kind]} ${String(delta['path'])}:`;
  const { before = null, after = null, children } = delta;
  const inner = Array.isArray(children) ? children.filter(isObject) : [];
  if (kind === 'Array')
    return [`${head} [`, ...inner.flatMap((one) => property(one, indent + 2)), `${pad}  ]`];
  if (inner.length > 0) return [head, '', ...inner.flatMap((one) => property(one, indent + 2))];
  if (kind === 'Modify') return [`${head} ${short(before)} => ${short(after)}`];
  const value = kind === 'Delete' ? before : after;
  return typeof value === 'object' && value !== null
    ? [head, '', ...values(value, indent + 4), '']
    : [`${head} ${short(value)}`];
}

function short(value: Json): string {
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
}

/** Members by their paths, aligned. */
function values(value: JsonObject | Json[], indent: number): string[] {
  const found: [string, Json][] = [];
  const walk = (item: Json, path: string) => {
    if (isObject(item) && Object.keys(item).length > 0) {
      for (const [name, member] of Object.entries(item))
        walk(member ?? null, path === '' ? name : `${path}.${name}`);
    } else if (Array.isArray(item) && item.length > 0) {
      for (const [at, member] of item.entries()) walk(member, `${path}[${at}]`);
    } else if (item !== null) found.push([path, item]);
  };
  walk(value, '');
  const wide = Math.max(...found.map(([path]) => path.length), 0) + 2;
  return found.map(([path, item]) => `${' '.repeat(indent)}${`${path}:`.padEnd(wide)}${short(item)}`);
}
