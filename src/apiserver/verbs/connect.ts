import { badRequest } from '../../apimachinery/status.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import { readFlag } from '../request/options.ts';
import { admitBody } from '../write/run.ts';

type Reader = (query: URLSearchParams, name: string) => Json | undefined;

const flag: Reader = (query, name) => (readFlag(query, name) === true ? true : undefined);
const text: Reader = (query, name) => query.get(name) || undefined;
const texts: Reader = (query, name) => (query.has(name) ? query.getAll(name) : undefined);
const ports: Reader = (query, name) =>
  query.has(name)
    ? query
        .getAll(name)
        .flatMap((list) => list.split(','))
        .map(portIn)
    : undefined;

const largestPort = 65_535;

/** Throws 400 in Go's words. */
function portIn(word: string): number {
  const problem = !/^\d+$/.test(word)
    ? 'invalid syntax'
    : Number(word) > largestPort
      ? 'value out of range'
      : undefined;
  if (problem === undefined) return Number(word);
  throw badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${goQuote(word)}: ${problem}`);
}

const terminal = { stdin: flag, stdout: flag, stderr: flag, tty: flag, container: text };

/** The options of what is connected to, by subresource. */
const optionsOf: Readonly<Record<string, Readonly<Record<string, Reader>> | undefined>> = {
  exec: { ...terminal, command: texts },
  attach: terminal,
  portforward: { ports },
};

/** Asks admission whether the caller may connect, and to what; the pod itself is looked up afterwards. */
export async function admitConnection(parts: ClusterParts, call: Call): Promise<JsonObject> {
  const { resource, subresource, subpath = '', query = new URLSearchParams() } = call;
  const declared = resource.definition.subresources[subresource];
  const object: JsonObject = { kind: declared?.kind ?? '', apiVersion: 'v1' };
  for (const [name, read] of Object.entries(optionsOf[subresource] ?? {})) {
    const value = read(query, name);
    if (value !== undefined) object[name] = value;
  }
  if (subpath !== '') object['path'] = subpath;
  return admitBody(parts, call, { operation: 'CONNECT', object });
}
