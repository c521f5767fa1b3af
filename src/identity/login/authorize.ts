import type { HttpResponse } from '../../http/contract.ts';
import { lifetimes } from '../limits.ts';
import type { AuthorizationCodeRecord, SignIn } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import type { Checks } from './checks.ts';
import { type Client, checkRedirect, findClient } from './clients.ts';
import { aadsts, asLoginError, type LoginError } from './errors.ts';
import { type Exchange, errorBody } from './exchange.ts';
import { formToken, formTokenField } from './form-token.ts';
import { requestedScope, resolveScope } from './grants/grant.ts';
import { readSignIn } from './interaction.ts';
import { formPostContent, page, type SignInForm, signInContent } from './pages.ts';
import { sessionOf } from './sessions.ts';

/** Carried through the form, so that the answer is made from what was asked. */
const carried = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'resource',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'login_hint',
];

interface Authorization {
  readonly client: Client;
  readonly redirectUri: string;
  readonly responseMode: 'query' | 'fragment' | 'form_post';
  readonly state: string | null;
  readonly scope: string;
  readonly nonce: string | null;
  readonly challenge: AuthorizationCodeRecord['challenge'];
}

/**
 * The authorization endpoint (RFC 6749, section 4.1.1): signs the user in, on a page when it must, and sends a code
 * to the client's redirect URI. Errors go there too, once the URI is known to be the client's.
 */
export async function authorize(surface: Surface, exchange: Exchange, checks: Checks): Promise<HttpResponse> {
  const { parameters } = exchange;
  const clientId = parameters.get('client_id');
  if (!clientId) throw aadsts.missingParameter('client_id');
  const client = findClient(surface, clientId);
  const redirectUri = parameters.get('redirect_uri');
  if (!redirectUri) throw aadsts.missingParameter('redirect_uri');
  const { spa } = checkRedirect(client, redirectUri, surface.origins());
  const responseMode = responseModeOf(parameters);
  const reply = { redirectUri, responseMode, state: parameters.get('state') };
  try {
    const authorization = { ...reply, ...readAuthorization(surface, parameters, spa), client };
    return await signInAndAnswer({ surface, exchange, checks }, authorization);
  } catch (thrown) {
    return answerError(surface, exchange, { ...reply, error: asLoginError(thrown) });
  }
}

interface Call {
  readonly surface: Surface;
  readonly exchange: Exchange;
  readonly checks: Checks;
}

async function signInAndAnswer(
  { surface, exchange, checks }: Call,
  authorization: Authorization,
): Promise<HttpResponse> {
  const prompt = exchange.parameters.get('prompt');
  if (exchange.request.method !== 'POST') {
    const session = sessionOf(surface, exchange.request);
    const mustAsk = prompt === 'login' || prompt === 'select_account';
    if (session && !mustAsk) return answerCode(surface, authorization, session);
    if (prompt === 'none') throw aadsts.noSession();
    const signedIn = prompt === 'login' ? undefined : session?.user.userPrincipalName;
    return signInPage(surface, exchange, authorization, signedIn === undefined ? {} : { signedIn });
  }
  const outcome = await readSignIn(surface, exchange, checks);
  switch (outcome.type) {
    case 'signed-in':
      return answerCode(surface, authorization, outcome);
    case 'cancelled':
      throw aadsts.declined();
    case 'again':
      return signInPage(surface, exchange, authorization, outcome);
  }
}

function signInPage(
  surface: Surface,
  exchange: Exchange,
  { client }: Authorization,
  form: Partial<SignInForm>,
): HttpResponse {
  const { parameters } = exchange;
  const hidden: Record<string, string> = { [formTokenField]: formToken(surface, exchange.request) };
  for (const name of carried) {
    const value = parameters.get(name);
    if (value !== null) hidden[name] = value;
  }
  const username = parameters.get('username') ?? parameters.get('login_hint') ?? '';
  const content = signInContent({
    action: exchange.request.path,
    hidden,
    application: client.displayName,
    username,
    ...form,
  });
  return page(surface.random, { title: 'Sign in', content });
}

async function answerCode(
  surface: Surface,
  authorization: Authorization,
  { signIn, cookie }: { readonly signIn: SignIn; readonly cookie?: string | undefined },
): Promise<HttpResponse> {
  const { client, redirectUri, scope, nonce, challenge } = authorization;
  const code = `1.${Buffer.from(surface.random.bytes(48)).toString('base64url')}`;
  await surface.db.authorizationCodes.add(code, {
    signIn,
    clientId: client.clientId,
    redirectUri,
    scope,
    nonce,
    challenge,
    expiresAtMs: surface.clock.now() + lifetimes.authorizationCodeMs,
    redeemed: false,
    family: surface.random.uuid(),
  });
  return reply(surface, authorization, { fields: { code }, cookie });
}

interface ReplyTarget {
  readonly redirectUri: string;
  readonly responseMode: Authorization['responseMode'];
  readonly state: string | null;
}

function answerError(
  surface: Surface,
  exchange: Exchange,
  target: ReplyTarget & { readonly error: LoginError },
): HttpResponse {
  const { correlationId } = exchange;
  const { error, error_description, error_uri } = errorBody(target.error, {
    ...surface,
    login: surface.origins().login,
    correlationId,
  });
  return reply(surface, target, { fields: { error, error_description, error_uri } });
}

/** Brings fields to the redirect URI in the way the client asked for. */
function reply(
  surface: Surface,
  { redirectUri, responseMode, state }: ReplyTarget,
  { fields, cookie }: { readonly fields: Record<string, string>; readonly cookie?: string | undefined },
): HttpResponse {
  const all: Record<string, string> = state === null ? fields : { ...fields, state };
  const headers: Record<string, string> = cookie === undefined ? {} : { 'set-cookie': cookie };
  if (responseMode === 'form_post') {
    const content = formPostContent(redirectUri, all);
    return page(surface.random, { title: 'Sign in', content, autoSubmit: true, headers });
  }
  const location = new URL(redirectUri);
  if (responseMode === 'fragment') location.hash = new URLSearchParams(all).toString();
  else for (const [name, value] of Object.entries(all)) location.searchParams.append(name, value);
  return { status: 303, headers: { ...headers, location: location.href, 'cache-control': 'no-store' } };
}

function readAuthorization(surface: Surface, parameters: URLSearchParams, spa: boolean) {
  const responseType = parameters.get('response_type') ?? 'code';
  if (responseType !== 'code') throw aadsts.unsupportedResponseType(responseType);
  const scope = requestedScope(parameters);
  if (scope === undefined) throw aadsts.missingParameter('scope');
  resolveScope(surface, scope);
  const challenge = readChallenge(parameters);
  if (spa && !challenge) throw aadsts.verifierRequired();
  return { scope, nonce: parameters.get('nonce'), challenge };
}

function readChallenge(parameters: URLSearchParams): AuthorizationCodeRecord['challenge'] {
  const value = parameters.get('code_challenge');
  if (!value) return null;
  const method = parameters.get('code_challenge_method') ?? 'plain';
  if (method !== 'S256' && method !== 'plain') throw aadsts.challengeUnsupported(method);
  return { method, value };
}

function responseModeOf(parameters: URLSearchParams): Authorization['responseMode'] {
  const mode = parameters.get('response_mode') ?? 'query';
  if (mode !== 'query' && mode !== 'fragment' && mode !== 'form_post')
    throw aadsts.unsupportedResponseMode(mode);
  return mode;
}
