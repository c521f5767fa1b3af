import type { HttpResponse } from '../../http/contract.ts';
import type { TokenAnswer } from '../contract.ts';
import { networkOf } from '../guesses.ts';
import { lifetimes } from '../limits.ts';
import type { Surface } from '../surface.ts';
import type { Checks } from './checks.ts';
import { authenticateClient, demandProof } from './clients.ts';
import { aadsts } from './errors.ts';
import { type Exchange, json } from './exchange.ts';
import { authorizationCode } from './grants/authorization-code.ts';
import { clientCredentials } from './grants/client-credentials.ts';
import { deviceCode } from './grants/device-code.ts';
import { type Grant, requestedScope, resolveScope } from './grants/grant.ts';
import { password } from './grants/password.ts';
import { refreshToken } from './grants/refresh-token.ts';
import { grantName, tellRefused, tellSignedIn } from './trail.ts';

const grants: Readonly<Record<string, Grant>> = {
  client_credentials: clientCredentials,
  password,
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  device_code: deviceCode,
  'urn:ietf:params:oauth:grant-type:device_code': deviceCode,
};

/** The token endpoint. */
export async function token(surface: Surface, exchange: Exchange, checks: Checks): Promise<HttpResponse> {
  try {
    const answer = await granted(surface, exchange, checks);
    tellSignedIn(surface, exchange, answer.access_token);
    return json(200, answer);
  } catch (thrown) {
    tellRefused(surface, exchange, { thrown, way: grantName(exchange.parameters) });
    throw thrown;
  }
}

async function granted(surface: Surface, exchange: Exchange, checks: Checks): Promise<TokenAnswer> {
  const type = exchange.parameters.get('grant_type');
  if (!type) throw aadsts.missingParameter('grant_type');
  const grant = Object.hasOwn(grants, type) ? grants[type] : undefined;
  if (!grant) throw aadsts.unsupportedGrant(type);
  const client = await authenticateClient(surface, exchange, checks.clients);
  return grant({ surface, exchange, client, checks });
}

/** Without vowels and look-alikes, so that a code can be read out and spells nothing. */
const userCodeAlphabet = 'BCDFGHJKLMNPQRSTVWXZ23456789';
const userCodeLength = 9;

/** Begins a device sign-in (RFC 8628, section 3.2). The scope is kept: the later token request has none. */
export async function beginDeviceSignIn(
  surface: Surface,
  exchange: Exchange,
  checks: Checks,
): Promise<HttpResponse> {
  const { random, clock, db } = surface;
  const client = await authenticateClient(surface, exchange, checks.clients);
  demandProof(client);
  const scope = requestedScope(exchange.parameters);
  if (scope === undefined) throw aadsts.missingParameter('scope');
  resolveScope(surface, scope);
  const source = networkOf(exchange.request.connection.remoteAddress);
  const userCode = random.string(userCodeLength, userCodeAlphabet);
  const secret = Buffer.from(random.bytes(48)).toString('base64url');
  await db.deviceCodes.add(secret, {
    userCode,
    source,
    clientId: client.clientId,
    scope,
    expiresAtMs: clock.now() + lifetimes.deviceCodeMs,
    state: { type: 'pending' },
  });
  const page = `${surface.origins().login}/devicelogin`;
  const seconds = lifetimes.deviceCodeMs / 1000;
  const message = `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`;
  const common = { user_code: userCode, device_code: secret, message };
  const interval = lifetimes.devicePollIntervalSeconds;
  return json(
    200,
    exchange.dialect.version === 'v1'
      ? { ...common, verification_url: page, expires_in: String(seconds), interval: String(interval) }
      : { ...common, verification_uri: page, expires_in: seconds, interval },
  );
}
