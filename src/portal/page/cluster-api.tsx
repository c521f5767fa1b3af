import { call } from './api.tsx';
import { after } from './clock.tsx';
import { field, text } from './parts.tsx';
import type { Audience } from './sign-in.tsx';

/** How a cluster's API is asked. */
export interface Cluster {
  readonly hostName: string;
  readonly audience: Audience;
}

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly isNamespaced: boolean;
}

const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

export const keyOf = ({ group, resource }: Kind): string =>
  group === '' ? resource : `${resource}.${group}`;

/** A segment of a path; one that leads elsewhere is none. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') throw new Error(`There is nothing called '${name}'.`);
  return encodeURIComponent(name);
}

/** The path of a collection, or of one object of it. */
export function pathOf(kind: Kind, namespace = '', name = ''): string {
  const { group, version, resource } = kind;
  const root = group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
  const inside = namespace === '' ? '' : `/namespaces/${segment(namespace)}`;
  return `${root}${inside}/${segment(resource)}${name === '' ? '' : `/${segment(name)}`}`;
}

export function ask(
  cluster: Cluster,
  path: string,
  given: Parameters<typeof call>[1] = {},
): Promise<Response> {
  return call(`/portal/clusters/${segment(cluster.hostName)}${path}`, {
    ...given,
    audience: cluster.audience,
  });
}

const listOf = (value: unknown, ...path: string[]): readonly unknown[] => {
  const found = field(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** Every kind that can be listed, in the version that the server prefers. */
export async function readKinds(cluster: Cluster, signal: AbortSignal): Promise<Kind[]> {
  const kinds = new Map<string, Kind>();
  for (const root of ['/api', '/apis']) {
    const found: unknown = await (await ask(cluster, root, { accept: discovery, signal })).json();
    for (const group of listOf(found, 'items')) {
      for (const version of listOf(group, 'versions')) {
        for (const one of listOf(version, 'resources')) {
          const kind: Kind = {
            group: text(field(group, 'metadata', 'name')),
            version: text(field(version, 'version')),
            resource: text(field(one, 'resource')),
            verbs: listOf(one, 'verbs').map(text),
            isNamespaced: field(one, 'scope') === 'Namespaced',
          };
          if (kind.verbs.includes('list') && !kinds.has(keyOf(kind))) kinds.set(keyOf(kind), kind);
        }
      }
    }
  }
  return [...kinds.values()];
}

export interface Row {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly cells: readonly string[];
}

export interface Listed {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly isLive: boolean;
}

interface Shown {
  readonly titles: readonly string[];
  readonly at: readonly number[];
}

/** Columns of priority 0, as kubectl shows them. */
function shownOf(page: unknown): Shown | undefined {
  const all = listOf(page, 'columnDefinitions');
  if (all.length === 0) return undefined;
  const at = all.flatMap((one, index) => (Number(field(one, 'priority') ?? 0) === 0 ? [index] : []));
  return { at, titles: at.map((index) => text(field(all[index], 'name'))) };
}

function rowsOf(page: unknown, { at }: Shown): Row[] {
  return listOf(page, 'rows').map((row) => {
    const cells = listOf(row, 'cells');
    const metadata = field(row, 'object', 'metadata');
    return {
      uid: text(field(metadata, 'uid')) || text(field(metadata, 'name')),
      namespace: text(field(metadata, 'namespace')),
      name: text(field(metadata, 'name')),
      cells: at.map((index) => String(cells[index] ?? '')),
    };
  });
}

const pageRows = 1000;
const againMs = 2000;

/** Lists a collection and follows it: `show` hears each state, at most one for a drawn picture. Ends with the signal. */
export async function follow(
  cluster: Cluster,
  path: string,
  { signal, show }: { readonly signal: AbortSignal; readonly show: (listed: Listed) => void },
): Promise<void> {
  let rows = new Map<string, Row>();
  let shown: Shown = { titles: [], at: [] };
  let isDrawing = false;
  let isLive = false;
  let hasListed = false;
  const draw = () => {
    if (isDrawing || signal.aborted) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      if (!signal.aborted) show({ columns: shown.titles, rows: [...rows.values()], isLive });
    });
  };
  const list = async (): Promise<string> => {
    const read = await readPages(cluster, path, signal);
    rows = read.rows;
    shown = read.shown;
    isLive = true;
    hasListed = true;
    draw();
    return read.version;
  };
  const watch = async (version: string) => {
    const query = `?watch=1&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(version)}`;
    const answer = await ask(cluster, `${path}${query}`, { accept: table, signal });
    await eachLine(answer, (line) => {
      const event: unknown = JSON.parse(line);
      const type = field(event, 'type');
      if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return type !== 'ERROR';
      for (const row of rowsOf(field(event, 'object'), shown)) {
        if (type === 'DELETED') rows.delete(row.uid);
        else rows.set(row.uid, row);
      }
      draw();
      return true;
    });
  };
  while (!signal.aborted) {
    try {
      await watch(await list());
    } catch (thrown) {
      // A server that is away comes back; what it refuses is told.
      if (!hasListed || !(thrown instanceof TypeError)) throw thrown;
    }
    isLive = false;
    draw();
    await new Promise<void>((resolve) => after(againMs, resolve));
  }
}

/** The whole collection as it was at one version. */
async function readPages(cluster: Cluster, path: string, signal: AbortSignal) {
  const rows = new Map<string, Row>();
  let shown: Shown = { titles: [], at: [] };
  let version = '';
  let next = '';
  do {
    const query = `?limit=${pageRows}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
    const page: unknown = await (await ask(cluster, `${path}${query}`, { accept: table, signal })).json();
    shown = shownOf(page) ?? shown;
    for (const row of rowsOf(page, shown)) rows.set(row.uid, row);
    version = text(field(page, 'metadata', 'resourceVersion'));
    next = text(field(page, 'metadata', 'continue'));
  } while (next !== '');
  return { rows, shown, version };
}

/** Reads a stream by lines until it ends or `take` answers false. */
export async function eachLine(answer: Response, take: (line: string) => boolean): Promise<void> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '' && !take(line)) {
        await reader.cancel();
        return;
      }
    }
  }
}
