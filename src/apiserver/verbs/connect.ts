import type { Json, JsonObject } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import { readFlag } from '../request/options.ts';
import { admitBody } from '../write/run.ts';

type Reader = (query: URLSearchParams, name: string) => Json | undefined;

const flag: Reader = (query, name) => (readFlag(query, name) === true ? true : undefined);
const text: Reader = (query, name) => query.get(name) || undefined;
const texts: Reader = (query, name) => (query.has(name) ? query.getAll(name) : undefined);
const numbers: Reader = (query, name) => (query.has(name) ? query.getAll(name).map(Number) : undefined);

const terminal = { stdin: flag, stdout: flag, stderr: flag, tty: flag, container: text };

/** The options of what is connected to, by subresource. */
const optionsOf: Readonly<Record<string, Readonly<Record<string, Reader>> | undefined>> = {
  exec: { ...terminal, command: texts },
  attach: terminal,
  portforward: { ports: numbers },
};

/** Asks admission whether the caller may connect; the pod itself is looked up afterwards. */
export async function admitConnection(parts: ClusterParts, call: Call): Promise<void> {
  const { resource, subresource, query = new URLSearchParams() } = call;
  const declared = resource.definition.subresources[subresource];
  const object: JsonObject = { kind: declared?.kind ?? '', apiVersion: 'v1' };
  for (const [name, read] of Object.entries(optionsOf[subresource] ?? {})) {
    const value = read(query, name);
    if (value !== undefined) object[name] = value;
  }
  await admitBody(parts, call, { operation: 'CONNECT', object });
}
