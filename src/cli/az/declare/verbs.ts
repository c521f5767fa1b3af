import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import type { Call, Command, Example, Flag, Flags, TableTransformer } from '../declaration.ts';
import { noWait, resourceGroupFilter } from './flags.ts';
import { waitFlags, waitUntil } from './wait.ts';

/**
 * A resource type as the commands see it. `path` holds `{key}` for flags' values and `{subscription}`; the last
 * segment is the resource's own name.
 */
export interface Noun {
  readonly path: string;
  readonly apiVersion: string;
  /** Flags that name one resource, in the order of `ids`. */
  readonly names: Readonly<Record<string, Flag<string>>>;
  /** `--ids` of the verbs that name one resource; absent where az has none. */
  readonly idStyle?: 'aaz' | 'sdk';
  /** From the wire to what is printed. */
  present(body: JsonObject): Json;
  readonly pollSeconds?: number;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface VerbText {
  readonly words: string;
  readonly summary: string;
  readonly examples?: readonly Example[];
}

/** The path of the resource that a call names. Names are percent-encoded. */
export function pathOf(noun: Pick<Noun, 'path'>, call: Pick<Call<Flags>, 'flags' | 'session'>): string {
  return noun.path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = key === 'subscription' ? call.session.subscriptionId : call.flags[key];
    return encodeURIComponent(typeof value === 'string' ? value : '');
  });
}

function idsOf(noun: Noun) {
  return noun.idStyle ? { ids: { parts: Object.keys(noun.names), style: noun.idStyle } } : {};
}

/** `show`: one GET. */
export function showCommand(noun: Noun, text: VerbText & { readonly table?: TableTransformer }): Command {
  return {
    ...text,
    flags: noun.names,
    ...idsOf(noun),
    reads: true,
    run: async (call) => noun.present(await getResource(noun, call)),
  };
}

/** The resource that a call names, as the service sends it. */
export async function getResource(
  noun: Noun,
  call: Pick<Call<Flags>, 'flags' | 'session'>,
): Promise<JsonObject> {
  const { jsonObject } = await import('../http/arm-call.ts');
  const answer = await call.session.arm.send({
    method: 'GET',
    path: pathOf(noun, call),
    apiVersion: noun.apiVersion,
    ...(noun.headers ? { headers: noun.headers } : {}),
  });
  return jsonObject(answer);
}

/** `list` of a type that lives in groups: of the group, or of the subscription without `-g`. */
export function listCommand(noun: Noun, text: VerbText & { readonly table?: TableTransformer }): Command {
  return {
    ...text,
    flags: { resourceGroup: resourceGroupFilter() },
    reads: true,
    run: async (call) => {
      const collection = noun.path.replace(/\/\{\w+\}$/, '');
      const group = call.flags['resourceGroup'];
      const path = group ? collection : collection.replace('/resourceGroups/{resourceGroup}', '');
      return listAt(noun, path, call);
    },
  };
}

/** `list` of a type below another resource: its parents must be named. */
export function listChildrenCommand(
  noun: Noun,
  text: VerbText & { readonly table?: TableTransformer },
): Command {
  const parents = Object.fromEntries(Object.entries(noun.names).slice(0, -1));
  return {
    ...text,
    flags: parents,
    reads: true,
    run: async (call) => listAt(noun, noun.path.replace(/\/\{\w+\}$/, ''), call),
  };
}

async function listAt(noun: Noun, path: string, call: Call<Flags>): Promise<Json[]> {
  const items = await call.session.arm.list(pathOf({ path }, call), noun.apiVersion);
  return items.map((item) => noun.present(item));
}

interface DeleteText extends VerbText {
  readonly confirmation?: true | string;
  readonly noWait?: boolean;
}

/** `delete`: prints nothing. */
export function deleteCommand(noun: Noun, { noWait: waits = true, ...text }: DeleteText): Command {
  return {
    ...text,
    flags: { ...noun.names, ...(waits ? { noWait: noWait() } : {}) },
    ...idsOf(noun),
    run: async (call) => {
      await call.session.arm.long({
        method: 'DELETE',
        path: pathOf(noun, call),
        apiVersion: noun.apiVersion,
        noWait: call.flags['noWait'] === true,
        ...(noun.pollSeconds ? { intervalSeconds: noun.pollSeconds } : {}),
        ...(noun.headers ? { headers: noun.headers } : {}),
      });
      return undefined;
    },
  };
}

/** `wait`: polls until a condition holds. `sees` says what `--custom` looks at. */
export function waitCommand(noun: Noun, text: VerbText & { readonly sees: 'wire' | 'presented' }): Command {
  const { sees, ...rest } = text;
  return {
    ...rest,
    flags: { ...noun.names, ...waitFlags },
    ...idsOf(noun),
    run: async (call) => {
      const see = (body: JsonObject) => (sees === 'wire' ? body : noun.present(body));
      return waitUntil(call, async () => see(await getResource(noun, call)));
    },
  };
}

/** PUTs a resource, follows the operation and presents the end. */
export async function putResource(
  noun: Noun,
  call: Call<Flags>,
  body: JsonObject,
  headers?: Readonly<Record<string, string>>,
): Promise<Json | undefined> {
  const answer = await call.session.arm.long({
    method: 'PUT',
    path: pathOf(noun, call),
    apiVersion: noun.apiVersion,
    body,
    noWait: call.flags['noWait'] === true,
    ...(noun.pollSeconds ? { intervalSeconds: noun.pollSeconds } : {}),
    ...(noun.headers || headers ? { headers: { ...noun.headers, ...headers } } : {}),
  });
  return isObject(answer) ? noun.present(answer) : undefined;
}
