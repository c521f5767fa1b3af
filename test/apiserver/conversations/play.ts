import { isObject, type Json, type JsonObject } from '../../../src/base/index.ts';

/** One request of a conversation. `{ns}` in path and body stands for the conversation's own namespace. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  /** An object is sent as JSON; text as it stands. */
  readonly body?: Json;
  readonly type?: string;
  readonly accept?: string;
  /** Whom the administrator asks for. */
  readonly as?: { readonly user: string; readonly group: string };
  /** Asked again until it has this status: a real server takes its time. */
  readonly until?: number;
  /** The answer is nobody's business. */
  readonly unheard?: true;
}

/** Requests that belong together, in order, in a namespace of their own. */
export interface Conversation {
  readonly name: string;
  readonly asks: readonly Ask[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON answer without what each server chooses for itself; other answers as text. */
  readonly body: Json;
}

/** Sends one request and gives its answer; what brings it, a socket or the handler itself, is the caller's. */
export type Send = (
  path: string,
  init: { method: string; headers: Record<string, string>; body?: string },
) => Promise<Response>;

const pauseMs = 50;

const told = ['content-type', 'warning', 'allow', 'retry-after', 'location'];

/** Holds a conversation in the namespace `namespace`, which is made before and deleted after it. */
export async function play(
  send: Send,
  { asks }: Conversation,
  namespace: string,
): Promise<readonly Answer[]> {
  const kept: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await ask(send, { method: 'POST', path: '/api/v1/namespaces', body: kept }, namespace);
  const answers: Answer[] = [];
  const names: Names = new Map([[namespace, '{ns}']]);
  for (const each of asks) {
    let answer = await ask(send, each, namespace, names);
    while (each.until !== undefined && answer.status !== each.until) {
      await new Promise((next) => setTimeout(next, pauseMs));
      answer = await ask(send, each, namespace, names);
    }
    answers.push(each.unheard ? { status: 0, headers: {}, body: null } : answer);
  }
  // A server without controllers never empties a namespace; addresses and ports are for the next ones to have.
  await ask(send, { method: 'DELETE', path: `/api/v1/namespaces/${namespace}/services` }, namespace);
  await ask(send, { method: 'DELETE', path: `/api/v1/namespaces/${namespace}` }, namespace);
  return answers;
}

/** What a server chose, and the word that stands for it in an answer. */
type Names = Map<string, string>;

async function ask(send: Send, asked: Ask, namespace: string, names: Names = new Map()): Promise<Answer> {
  const fill = (text: string) => text.replaceAll('{ns}', namespace);
  const headers: Record<string, string> = {
    accept: asked.accept ?? 'application/json',
    'user-agent': 'conversation/1',
  };
  if (asked.body !== undefined) headers['content-type'] = asked.type ?? 'application/json';
  if (asked.as) {
    headers['impersonate-user'] = asked.as.user;
    headers['impersonate-group'] = asked.as.group;
  }
  const body = typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body);
  const answer = await send(fill(asked.path), {
    method: asked.method,
    headers,
    ...(asked.body !== undefined && { body: fill(body) }),
  });
  const text = await answer.text();
  const seen: Record<string, string> = {};
  for (const name of told) {
    const value = name === 'warning' ? sharedWarnings(answer) : answer.headers.get(name);
    if (value) seen[name] = replaced(value, names);
  }
  return { status: answer.status, headers: seen, body: withoutChoices(text, names) };
}

/** Without those of what this server alone has not built yet. */
function sharedWarnings({ headers }: Response): string | undefined {
  const warnings = headers.get('warning')?.split(/, (?=299 )/);
  return warnings?.filter((each) => !each.includes('not built in Drydock')).join(', ');
}

function withoutChoices(text: string, names: Names): Json {
  let value: Json;
  try {
    // What was parsed from JSON is JSON.
    value = JSON.parse(text) as Json;
  } catch {
    return replaced(text, names);
  }
  collectUids(value, names);
  return neutral(JSON.parse(replaced(JSON.stringify(value), names)) as Json);
}

function collectUids(value: Json | undefined, names: Names): void {
  if (Array.isArray(value)) for (const each of value) collectUids(each, names);
  if (!isObject(value)) return;
  const { metadata, details } = value;
  for (const holder of [metadata, details]) {
    if (isObject(holder) && typeof holder['uid'] === 'string' && holder['uid'].length === 36) {
      const name = typeof holder['name'] === 'string' ? holder['name'] : '';
      if (!names.has(holder['uid'])) names.set(holder['uid'], `UID:${names.get(name) ?? name}`);
    }
  }
  for (const each of Object.values(value)) collectUids(each, names);
}

function replaced(text: string, names: Names): string {
  let result = text;
  for (const [value, name] of names) result = result.replaceAll(value, name);
  return result
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replace(/(ResourceVersion in record) \(\d+\)/g, '$1 (VERSION)');
}

/** What a field error shows of a whole object: the real server's internal form of it. */
const shownObject = /((?:Invalid|Duplicate) value: )\{.*?\}((?:: |$))/g;

/** Conflicts of one field come in any order; other causes as they were found. */
function byManager(a: Json, b: Json): number {
  if (!isObject(a) || !isObject(b) || a['reason'] !== 'FieldManagerConflict') return 0;
  if (a['field'] !== b['field']) return 0;
  return String(a['message']) < String(b['message']) ? -1 : 1;
}

/** A refused patch repeats the whole object, with its fields in whatever order. */
const patchedObject = /(Invalid value: )"\{.*\}"(: )/gs;

/** Without versions, which count the writes of a whole server, and with fields in the order of their names. */
function neutral(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(neutral);
  if (typeof value === 'string') {
    return value.replace(patchedObject, '$1OBJECT$2').replace(shownObject, '$1OBJECT$2');
  }
  if (!isObject(value)) return value ?? null;
  const kept: [string, Json][] = [];
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (name === 'resourceVersion' && typeof member === 'string' && /^\d+$/.test(member)) {
      kept.push([name, 'VERSION']);
    } else if (name === 'columnDefinitions' && Array.isArray(member)) {
      // Columns are described in the words of the real server's own documentation.
      kept.push([
        name,
        member.map((column) => (isObject(column) ? neutral({ ...column, description: '' }) : null)),
      ]);
    } else if (name === 'causes' && Array.isArray(member)) {
      // A real server says some of them again and again.
      const once = new Map(member.map((cause) => [JSON.stringify(cause), neutral(cause)]));
      kept.push([name, [...once.values()].sort(byManager)]);
    } else kept.push([name, neutral(member)]);
  }
  return Object.fromEntries(kept);
}
