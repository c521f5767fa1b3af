import { createHash } from 'node:crypto';
import { AzError } from '../errors.ts';
import type { Session } from '../session.ts';
import {
  capabilityClaims,
  clientId,
  readJsonObject,
  requestToken,
  type TokenAnswer,
  TokenError,
} from './token-request.ts';

/** What every way of signing in starts from. */
export interface SignIn {
  readonly session: Session;
  /** Tenant id, domain or `organizations`. */
  readonly tenant: string;
  readonly scope: string;
}

function userScope(scope: string): string {
  return `${scope} offline_access openid profile`;
}

function ask({ session, tenant }: SignIn, form: Readonly<Record<string, string>>): Promise<TokenAnswer> {
  const { transport, estate } = session;
  return requestToken({
    transport,
    login: estate.login,
    tenant,
    form: { claims: capabilityClaims, ...form },
  });
}

/** User name and password (RFC 6749 section 4.3). */
export function signInWithPassword(signIn: SignIn, user: string, password: string): Promise<TokenAnswer> {
  const scope = userScope(signIn.scope);
  return ask(signIn, { client_id: clientId, grant_type: 'password', username: user, password, scope });
}

/** Application id and secret (RFC 6749 section 4.4). */
export function signInWithSecret(signIn: SignIn, application: string, secret: string): Promise<TokenAnswer> {
  return ask(signIn, {
    client_id: application,
    grant_type: 'client_credentials',
    client_secret: secret,
    scope: signIn.scope,
  });
}

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const defaultPollSeconds = 5;
const slowDownSeconds = 5;
const defaultCodeSeconds = 900;

/** A code typed on another machine (RFC 8628). `show` gets the sentence that says where. */
export async function signInWithDeviceCode(
  signIn: SignIn,
  show: (message: string) => void,
): Promise<TokenAnswer> {
  const { session, tenant } = signIn;
  const { clock, signal } = session.context;
  const answer = await session.transport.send({
    method: 'POST',
    url: `${session.estate.login}/${tenant}/oauth2/v2.0/devicecode`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      client_id: clientId,
      scope: userScope(signIn.scope),
      claims: capabilityClaims,
    }).toString(),
  });
  const flow = readJsonObject(answer);
  const deviceCode = flow['device_code'];
  if (typeof deviceCode !== 'string' || typeof flow['user_code'] !== 'string') {
    throw new AzError(`Fail to create device flow. Err: ${answer.text}`);
  }
  show(
    String(
      flow['message'] ??
        `To sign in, use a web browser to open the page ${flow['verification_uri']} and enter the code ${flow['user_code']} to authenticate.`,
    ),
  );
  let pollSeconds = Number(flow['interval'] ?? defaultPollSeconds);
  const endMs = clock.now() + Number(flow['expires_in'] ?? defaultCodeSeconds) * 1000;
  const form = { client_id: clientId, grant_type: deviceGrant, code: deviceCode, device_code: deviceCode };
  while (clock.now() < endMs) {
    await clock.sleep(pollSeconds * 1000, signal);
    if (signal.aborted) throw new AzError('Sign-in cancelled.');
    try {
      return await ask(signIn, form);
    } catch (thrown) {
      if (!(thrown instanceof TokenError)) throw thrown;
      if (thrown.code === 'slow_down') pollSeconds += slowDownSeconds;
      else if (thrown.code !== 'authorization_pending') throw thrown;
    }
  }
  throw new AzError('The code has expired. Run az login again.');
}

/** The browser at the sign-in page, its answer on a loopback address (RFC 8252), with PKCE (RFC 7636). */
export async function signInWithBrowser(
  signIn: SignIn,
  opened: (page: string) => void,
): Promise<TokenAnswer | undefined> {
  const { session, tenant } = signIn;
  const { random, signal } = session.context;
  const text = (count: number) => Buffer.from(random.bytes(count)).toString('base64url');
  const [verifier, state, nonce] = [text(32), text(16), text(16)];
  const { listenForAnswer } = await import('./loopback.ts');
  const listener = await listenForAnswer(state, signal);
  try {
    const endpoint = `${session.estate.login}/${tenant}/oauth2/v2.0/authorize`;
    const scope = userScope(signIn.scope);
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: listener.redirectUri,
      scope,
      state,
      response_mode: 'form_post',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      nonce,
      client_info: '1',
      claims: capabilityClaims,
      prompt: 'select_account',
    });
    if (!(await session.context.openBrowser(`${endpoint}?${query}`))) return undefined;
    opened(endpoint);
    const code = await listener.code;
    return await ask(signIn, {
      client_id: clientId,
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: listener.redirectUri,
      scope,
    });
  } finally {
    listener.close();
  }
}
