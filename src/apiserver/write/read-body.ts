import { badRequest, type StatusError } from '../../apimachinery/status.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { goTypeWord } from '../../merge/patch-error.ts';
import type { Call } from '../call/call.ts';
import { summaryOf, UnreadableBody } from '../request/unreadable-body.ts';

/** What the real server reads of a body before it knows the kind, as Go prints the type. */
export const typeMeta =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
/** How a refusal begins when a body says no kind and version that could be read. */
export const versionUnknown = "couldn't get version/kind; json parse error";

/** The body of a write as an object, with a kind and a version that are text. Throws 400 in the kind's name. */
export function readBody(call: Call): Promise<JsonObject> {
  return readBodyAs(call, call.resource.definition.kind);
}

/** The same for a body of another kind than the resource's. */
export async function readBodyAs(call: Call, kind: string): Promise<JsonObject> {
  let body: unknown;
  try {
    body = await call.body.read();
  } catch (thrown) {
    if (!(thrown instanceof UnreadableBody)) throw thrown;
    const why = thrown.format === 'json' ? `${versionUnknown}: ${thrown.why}` : thrown.why;
    throw unrecognized(kind, why, thrown.summary);
  }
  const bytes = call.body.bytes();
  const object = body === null && !call.resource.custom ? {} : body;
  if (!isObject(object)) {
    const why =
      object === null
        ? missingKind(bytes)
        : `${versionUnknown}: json: cannot unmarshal ${goTypeWord(asJson(object))} into Go value of type ${typeMeta}`;
    throw unrecognized(kind, why, summary(bytes));
  }
  const problem =
    typeProblem(object) ?? (call.resource.custom && bytes ? kindProblem(object, bytes) : undefined);
  if (problem !== undefined) throw unrecognized(kind, problem, summary(bytes));
  return object;
}

function summary(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : summaryOf(bytes);
}

/** What a decoder of JSON made is JSON. */
function asJson(value: unknown): Parameters<typeof goTypeWord>[0] {
  return value as Parameters<typeof goTypeWord>[0];
}

function typeProblem(object: JsonObject): string | undefined {
  for (const name of ['apiVersion', 'kind'] as const) {
    const value = object[name];
    if (value === undefined || value === null || typeof value === 'string') continue;
    const word = goTypeWord(value);
    return `${versionUnknown}: json: cannot unmarshal ${word} into Go struct field .${name} of type string`;
  }
  const { apiVersion } = object;
  const isPath = typeof apiVersion === 'string' && apiVersion.split('/').length > 2;
  return isPath ? `unexpected GroupVersion string: ${apiVersion}` : undefined;
}

/** Objects without a type of their own have to say what they are. */
function kindProblem({ kind }: JsonObject, bytes: Uint8Array): string | undefined {
  return typeof kind === 'string' && kind !== '' ? undefined : missingKind(bytes);
}

function missingKind(bytes: Uint8Array | undefined): string {
  return `Object 'Kind' is missing in '${Buffer.from(bytes ?? []).toString('utf8')}'`;
}

function unrecognized(kind: string, why: string, summary: string): StatusError {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary})`);
}
