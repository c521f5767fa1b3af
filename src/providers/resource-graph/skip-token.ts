import { createHash } from 'node:crypto';
import { ArmError } from '../../arm/index.ts';
import { isObject, parseJson } from '../../base/index.ts';
import type { QueryRequest } from './request.ts';

/** What a token goes on with: the same question alone. It grants nothing: rights are asked for each page. */
function fingerprint({ query, subscriptions, managementGroups }: QueryRequest): string {
  const asked = JSON.stringify([query, subscriptions ?? null, managementGroups ?? null]);
  return createHash('sha256').update(asked).digest('base64url').slice(0, 22);
}

/** Where the next page begins. */
export function skipToken(request: QueryRequest, skip: number): string {
  return Buffer.from(JSON.stringify({ skip, of: fingerprint(request) })).toString('base64url');
}

/** Where a page begins. Throws ArmError for a token that belongs to another question. */
export function readSkip(request: QueryRequest): number {
  if (request.skipToken === undefined) return request.skip;
  const refusal = new ArmError(400, 'BadRequest', 'The skip token does not belong to this query.');
  try {
    const said = parseJson(Buffer.from(request.skipToken, 'base64url').toString());
    if (!isObject(said) || said.of !== fingerprint(request)) throw refusal;
    const { skip } = said;
    if (typeof skip === 'number' && Number.isSafeInteger(skip) && skip >= 0) return skip;
  } catch {
    throw refusal;
  }
  throw refusal;
}
