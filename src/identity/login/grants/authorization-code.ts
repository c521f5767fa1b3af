import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthorizationCodeRecord } from '../../records/records.ts';
import { demandProof } from '../clients.ts';
import { aadsts } from '../errors.ts';
import { answerUser, type Grant, requestedScope } from './grant.ts';

/** Exchanges the code of a browser sign-in (RFC 6749, section 4.1.3; PKCE: RFC 7636). */
export const authorizationCode: Grant = async (request) => {
  const { surface, exchange, client } = request;
  const { parameters } = exchange;
  const code = parameters.get('code');
  if (!code) throw aadsts.missingParameter('code');
  const codes = surface.db.authorizationCodes;
  const record = codes.peek(code);
  if (record?.clientId !== client.clientId) throw aadsts.invalidGrant();
  if (!codes.get(code)) throw aadsts.codeExpired();
  demandProof(client, record.redirectUri);
  const redirectUri = parameters.get('redirect_uri') ?? '';
  if (redirectUri !== record.redirectUri) throw aadsts.otherRedirect(redirectUri, record.redirectUri);
  checkVerifier(record.challenge, parameters.get('code_verifier'));
  const before = await codes.update(code, (current) =>
    current.redeemed ? undefined : { ...current, redeemed: true },
  );
  if (!before || before.redeemed) throw aadsts.codeUsed();
  const scope = requestedScope(parameters) ?? record.scope;
  return answerUser(request, { signIn: record.signIn, scope, nonce: record.nonce });
};

function checkVerifier(challenge: AuthorizationCodeRecord['challenge'], verifier: string | null): void {
  if (!challenge) {
    if (verifier !== null) throw aadsts.verifierMismatch();
    return;
  }
  if (verifier === null) throw aadsts.missingParameter('code_verifier');
  const given =
    challenge.method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
  const [a, b] = [Buffer.from(given), Buffer.from(challenge.value)];
  if (a.length !== b.length || !timingSafeEqual(a, b)) throw aadsts.verifierMismatch();
}
