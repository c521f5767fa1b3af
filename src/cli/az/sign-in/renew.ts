import { AzError } from '../errors.ts';
import type { Caller, TokenWish } from '../http/caller.ts';
import type { StoredToken } from '../profile/tokens.ts';
import { capabilityClaims, clientId, requestToken } from './token-request.ts';

interface Renewal {
  readonly account: string;
  readonly tenant: string;
  readonly scope: string;
  readonly wish: TokenWish;
}

/** Gets an access token with the account's stored credential and keeps it. */
export async function renewToken(session: Caller, renewal: Renewal): Promise<StoredToken> {
  const { account, tenant, scope, wish } = renewal;
  const credential = session.tokens.credential(account);
  if (!credential) {
    throw new AzError(`No credential of '${account}' is stored.`, {
      advice: ['Run the command below to authenticate interactively:', 'az login'],
    });
  }
  const grant: Record<string, string> =
    credential.kind === 'user'
      ? {
          client_id: clientId,
          grant_type: 'refresh_token',
          refresh_token: credential.refreshToken,
          scope: `${scope} offline_access openid profile`,
        }
      : { client_id: account, grant_type: 'client_credentials', client_secret: credential.secret, scope };
  const answer = await requestToken({
    transport: session.transport,
    login: session.estate.login,
    tenant,
    form: { ...grant, claims: wish.claims ?? capabilityClaims, ...wish.form },
  });
  const nowSeconds = Math.floor(session.context.clock.now() / 1000);
  const token = { accessToken: answer.accessToken, expiresOn: nowSeconds + answer.expiresInSeconds };
  if (credential.kind === 'user' && answer.refreshToken && answer.refreshToken !== credential.refreshToken) {
    session.tokens.keepCredential(account, { ...credential, refreshToken: answer.refreshToken });
  }
  if (!wish.form) session.tokens.keepAccessToken(account, tenant, scope, token);
  return token;
}
