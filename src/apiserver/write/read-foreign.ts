import { splitApiVersion, textOf } from '../../apimachinery/metadata.ts';
import { badRequest } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import { objectNode } from '../../kinds/index.ts';
import type { Call } from '../call/call.ts';
import { checkFields } from './check-fields.ts';
import { registryProblem } from './place.ts';
import { readBodyAs } from './read-body.ts';

/** A kind that a subresource takes, which is not the resource's own. */
export interface ForeignKind {
  readonly group: string;
  readonly kind: string;
  /** The first is meant when a body says none. */
  readonly apiVersions: readonly [string, ...string[]];
  /** E.g. `policy.v1.Eviction`. */
  readonly type: string;
}

/** The body of a write as an object of a foreign kind, without members that the kind does not have. Throws 400. */
export async function readForeign(call: Call, foreign: ForeignKind): Promise<JsonObject> {
  const { kind, type } = foreign;
  const body = await readBodyAs(call, kind);
  checkKind(body, call, foreign);
  const { findings } = call.body;
  const { mistyped, unknown } = checkFields(body, objectNode(type), findings.numbers);
  const { fieldValidation } = call.options;
  const odd = [...findings.strict, ...unknown.map((path) => `unknown field "${path}"`)];
  const refused = fieldValidation === 'Strict' && odd.length > 0;
  const problem = mistyped ?? (refused ? `strict decoding error: ${odd.join(', ')}` : undefined);
  if (problem !== undefined) throw badRequest(`${cannotBeHandled(body, foreign)}: ${problem}`);
  if (fieldValidation === 'Warn') call.warnings.push(...odd);
  return body;
}

function checkKind(body: JsonObject, { body: sent }: Call, foreign: ForeignKind): void {
  const [usual] = foreign.apiVersions;
  const apiVersion = textOf(body['apiVersion']) || usual;
  const kind = textOf(body['kind']) || foreign.kind;
  // What never was text has its kind from whoever made it.
  if (sent.bytes() === undefined || (kind === foreign.kind && foreign.apiVersions.includes(apiVersion)))
    return;
  const problem = registryProblem(kind, apiVersion, foreign);
  if (problem !== undefined) throw badRequest(`${cannotBeHandled(body, foreign)}: ${problem}`);
  throw badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${usual})`,
  );
}

function cannotBeHandled(body: JsonObject, { kind, apiVersions: [usual] }: ForeignKind): string {
  const [, version] = splitApiVersion(textOf(body['apiVersion']) || usual);
  return `${textOf(body['kind']) || kind} in version "${version}" cannot be handled as a ${kind}`;
}
