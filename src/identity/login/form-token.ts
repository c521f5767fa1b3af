import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from '../../http/contract.ts';
import type { Surface } from '../surface.ts';
import { aadsts } from './errors.ts';
import { sessionSecretOf } from './sessions.ts';

/** Hidden field of every form of ours. */
export const formTokenField = 'form_token';

const keys = new WeakMap<Surface['db'], Buffer>();
const keyBytes = 32;

/** Proves that a form was made here for the session of this request; good until the server stops. */
export function formToken(surface: Surface, request: HttpRequest): string {
  const key = keys.get(surface.db) ?? Buffer.from(surface.random.bytes(keyBytes));
  keys.set(surface.db, key);
  return createHmac('sha256', key)
    .update(sessionSecretOf(surface, request) ?? '')
    .digest('base64url');
}

/**
 * Refuses a submitted form that another site sent or that was not made for this session. Other ports of the same host are
 * the same site, and get its cookies: the browser's own word on the origin tells them apart.
 */
export function demandOwnForm(surface: Surface, request: HttpRequest, parameters: URLSearchParams): void {
  const origin = request.header('origin');
  if (origin !== undefined && origin !== `https://${request.connection.host}`) throw aadsts.foreignForm();
  const site = request.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw aadsts.foreignForm();
  const given = Buffer.from(parameters.get(formTokenField) ?? '');
  const expected = Buffer.from(formToken(surface, request));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw aadsts.foreignForm();
}
