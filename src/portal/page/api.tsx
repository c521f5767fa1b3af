import { useEffect, useState } from 'preact/hooks';
import { nowMs } from './clock.tsx';
import { type Audience, renew, type Session, type Token } from './sign-in.tsx';

/** A resource as Resource Manager shows it. */
export interface Resource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location?: string;
  readonly properties?: Record<string, unknown>;
  readonly [field: string]: unknown;
}

let session: Session | undefined;
const tokens = new Map<Audience, Promise<Token>>();

/** The tokens live here alone: in memory, until the page is left. */
export function keepSession(given: Session): void {
  session = given;
  tokens.set('resource-manager', Promise.resolve(given.token));
}

/** Renewed before it ends, so that no request is on its way when it does. */
const renewedBeforeMs = 60_000;

async function tokenFor(audience: Audience): Promise<string> {
  const known = await tokens.get(audience);
  if (known && known.expiresAtMs - renewedBeforeMs > nowMs()) return known.text;
  const asked = renew(session?.refreshToken ?? '', audience);
  tokens.set(audience, asked);
  try {
    return (await asked).text;
  } catch {
    tokens.delete(audience);
    throw new Error('Your sign-in has ended. Reload the page to sign in again at this place.');
  }
}

export interface Call {
  readonly method?: string;
  readonly accept?: string;
  readonly type?: string;
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly audience?: Audience;
}

/** A request on this origin with a token for its audience. Fails with the sentence that the server answered. */
export async function call(path: string, given: Call = {}): Promise<Response> {
  const { method = 'GET', audience = 'resource-manager', accept, type, body, signal } = given;
  const response = await fetch(path, {
    method,
    credentials: 'omit',
    headers: {
      authorization: `Bearer ${await tokenFor(audience)}`,
      ...(accept !== undefined && { accept }),
      ...(type !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  });
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Error(String(said.error?.message ?? said.message ?? `The server answered ${response.status}.`));
}

async function get(path: string, signal: AbortSignal): Promise<unknown> {
  return (await call(path, { signal })).json();
}

async function list(path: string, signal: AbortSignal): Promise<Resource[]> {
  const all: Resource[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    // Resource Manager's form of lists.
    const page = (await get(next, signal)) as { value?: Resource[]; nextLink?: string };
    all.push(...(page.value ?? []));
    next = page.nextLink === undefined ? undefined : ownPath(page.nextLink);
  }
  return all;
}

/** A token is sent to this origin alone, whatever a link says. */
function ownPath(link: string): string {
  const { origin, pathname, search } = new URL(link, location.origin);
  if (origin !== location.origin)
    throw new Error(`The next page of the list is at ${origin}, which is another server.`);
  return `${pathname}${search}`;
}

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'there'; readonly value: T };

export function useLoaded<T>(
  path: string,
  load: (path: string, signal: AbortSignal) => Promise<T>,
): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  useEffect(() => {
    const ended = new AbortController();
    setLoaded({ state: 'loading' });
    load(path, ended.signal).then(
      (value) => setLoaded({ state: 'there', value }),
      (thrown: Error) => {
        if (!ended.signal.aborted) setLoaded({ state: 'failed', reason: thrown.message });
      },
    );
    return () => ended.abort();
  }, [path]);
  return loaded;
}

export const useList = (path: string) => useLoaded(path, list);

export const useOne = (path: string) =>
  useLoaded(path, (where, signal) => get(where, signal) as Promise<Resource>);
