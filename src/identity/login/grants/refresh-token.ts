import { lifetimes } from '../../limits.ts';
import { demandProof } from '../clients.ts';
import { aadsts } from '../errors.ts';
import { answerUser, type Grant, requestedScope } from './grant.ts';

/**
 * Exchanges a refresh token for new tokens (RFC 6749, section 6). It is good for any resource. Every answer brings a
 * new one; the old one stays usable for a day, since parallel runs of az share a cache.
 */
export const refreshToken: Grant = async (request) => {
  const { surface, exchange, client } = request;
  demandProof(client);
  const text = exchange.parameters.get('refresh_token');
  if (!text) throw aadsts.missingParameter('refresh_token');
  const tokens = surface.db.refreshTokens;
  const record = tokens.peek(text);
  if (record?.clientId !== client.clientId) throw aadsts.invalidGrant();
  if (record.needsProof && client.proof === 'none') throw aadsts.secretRequired();
  if (!tokens.get(text)) throw aadsts.refreshTokenExpired();
  const scope = requestedScope(exchange.parameters);
  // Clients often leave `openid` and `offline_access` out here; what was granted at first still holds.
  const standing = record.scope.split(' ').filter((word) => !word.includes('/'));
  const wanted = scope === undefined ? record.scope : [scope, ...standing].join(' ');
  const answer = await answerUser(request, {
    signIn: record.signIn,
    scope: wanted,
    family: record.family,
  });
  const untilMs = surface.clock.now() + lifetimes.supersededRefreshTokenMs;
  await tokens.update(text, (current) =>
    current.superseded
      ? undefined
      : { ...current, superseded: true, expiresAtMs: Math.min(current.expiresAtMs, untilMs) },
  );
  return answer;
};
