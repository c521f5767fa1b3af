import type { HttpRequest } from '../../http/contract.ts';
import { lifetimes } from '../limits.ts';
import type { SignIn, UserRecord } from '../records/records.ts';
import type { Surface } from '../surface.ts';

/** Who is signed in in this browser. */
export interface BrowserSession {
  readonly user: UserRecord;
  readonly signIn: SignIn;
}

/** Browsers keep cookies per host, whatever the port: the tenant in the name keeps several homes apart. */
function cookieName(surface: Surface): string {
  return `drydock_session_${surface.objects.tenant().tenantId.slice(0, 8)}`;
}

/** What the browser's session cookie holds, whether or not it still counts. */
export function sessionSecretOf(surface: Surface, request: HttpRequest): string | undefined {
  const name = cookieName(surface);
  for (const part of (request.header('cookie') ?? '').split(/[;,]/)) {
    const [key, value] = part.trim().split('=');
    if (key === name) return value;
  }
  return undefined;
}

/** The session of a request, if it still counts. */
export function sessionOf(surface: Surface, request: HttpRequest): BrowserSession | undefined {
  const secret = sessionSecretOf(surface, request);
  const record = secret === undefined ? undefined : surface.db.sessions.get(secret);
  const user = record && surface.objects.user(record.signIn.userId);
  if (!record || !user?.accountEnabled || !surface.objects.countsSignIn(record.signIn)) return undefined;
  return { user, signIn: record.signIn };
}

/** Keeps a sign-in; answers the `Set-Cookie` value. `Lax` keeps other sites from posting in the user's name; other ports of this host are kept off by the form token. */
export async function openSession(surface: Surface, signIn: SignIn): Promise<string> {
  const secret = Buffer.from(surface.random.bytes(32)).toString('base64url');
  await surface.db.sessions.add(secret, { signIn, expiresAtMs: surface.clock.now() + lifetimes.sessionMs });
  return `${cookieName(surface)}=${secret}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${lifetimes.sessionMs / 1000}`;
}

/** Forgets the session of a request; answers the `Set-Cookie` value that removes the cookie. */
export async function closeSession(surface: Surface, request: HttpRequest): Promise<string> {
  const secret = sessionSecretOf(surface, request);
  if (secret !== undefined) await surface.db.sessions.take(secret);
  return `${cookieName(surface)}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`;
}
