import { nowMs } from './clock.tsx';

/** The "Azure Portal" of the estate's own directory: a public client that is sent back to this server alone, with PKCE. */
const clientId = 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c';
/** Each token is for one of these alone. */
const audiences = {
  'resource-manager': 'https://management.core.windows.net/.default',
  kubernetes: '6dae42f8-4368-4678-94ff-3960e28e3630/.default',
  arc: '6256c85f-0aad-4d50-b960-e6e9b21efe35/.default',
} as const;

export type Audience = keyof typeof audiences;

const scope = `${audiences['resource-manager']} openid profile offline_access`;
const pendingKey = 'drydock-sign-in';

interface Pending {
  readonly state: string;
  readonly verifier: string;
  readonly route: string;
}

export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** Who is signed in, with what was given for it: in memory alone. */
export interface Session {
  readonly token: Token;
  readonly userName: string;
  /** Buys tokens of the same person for the other audiences, and new ones, while the sign-in lasts. */
  readonly refreshToken: string;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function chance(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

const redirectUri = () => `${location.origin}/portal/`;

/** Leaves for the sign-in page; comes back to the same route. */
export async function beginSignIn(prompt?: 'select_account'): Promise<void> {
  const pending: Pending = { state: chance(), verifier: chance(), route: ownRoute(location.hash) };
  sessionStorage.setItem(pendingKey, JSON.stringify(pending));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    response_mode: 'fragment',
    redirect_uri: redirectUri(),
    scope,
    state: pending.state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ...(prompt && { prompt }),
  });
  location.assign(`/organizations/oauth2/v2.0/authorize?${query}`);
}

/** Only a place of this page, never an address. */
function ownRoute(text: string): string {
  return text.startsWith('#/') ? text : '#/';
}

/** Ends a sign-in when the address is its answer, and takes it out of the address. Undefined: nobody has signed in yet. */
export async function completeSignIn(): Promise<Session | undefined> {
  const answer = new URLSearchParams(location.hash.slice(1));
  if (!answer.has('code') && !answer.has('error')) return undefined;
  const kept = sessionStorage.getItem(pendingKey);
  sessionStorage.removeItem(pendingKey);
  // This page wrote it.
  const pending = kept === null ? undefined : (JSON.parse(kept) as Pending);
  history.replaceState(null, '', `/portal/${ownRoute(pending?.route ?? '')}`);
  const refused = answer.get('error_description');
  if (!pending || answer.get('state') !== pending.state) {
    throw new Error('This tab did not ask for that sign-in. Sign in again.');
  }
  if (refused !== null) throw new Error(refused);
  return redeem(answer.get('code') ?? '', pending.verifier);
}

async function redeem(code: string, verifier: string): Promise<Session> {
  const body = await ask({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri(),
    scope,
  });
  return {
    token: tokenOf(body),
    userName: userNameOf(String(body['id_token'] ?? '')),
    refreshToken: String(body['refresh_token'] ?? ''),
  };
}

/** A token of the same sign-in for another audience, or a new one; nobody is asked anything. */
export async function renew(refreshToken: string, audience: Audience): Promise<Token> {
  return tokenOf(
    await ask({ grant_type: 'refresh_token', refresh_token: refreshToken, scope: audiences[audience] }),
  );
}

async function ask(given: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const response = await fetch('/organizations/oauth2/v2.0/token', {
    method: 'POST',
    credentials: 'omit',
    body: new URLSearchParams({ client_id: clientId, ...given }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(String(body.error_description ?? response.statusText));
  return body;
}

function tokenOf(body: Record<string, unknown>): Token {
  return {
    text: String(body['access_token']),
    expiresAtMs: nowMs() + Number(body['expires_in']) * 1000,
  };
}

function userNameOf(token: string): string {
  const part = token.split('.')[1];
  if (part === undefined) return '';
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (one) =>
    one.charCodeAt(0),
  );
  const claims = JSON.parse(new TextDecoder().decode(bytes));
  return String(claims.preferred_username ?? claims.upn ?? '');
}
