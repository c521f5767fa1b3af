import { isObject, type JsonObject } from '../../base/index.ts';
import { badRequest } from '../wire/status.ts';
import type { Call } from './call.ts';

/** The body of a write as an object of the call's kind. Throws 400. */
export async function readObject(call: Call): Promise<JsonObject> {
  const body = await call.body.read();
  if (!isObject(body)) {
    const { kind } = call.resource.definition;
    throw badRequest(`the body of the request is not a ${kind} object`);
  }
  return body;
}
