import { useEffect, useState } from 'preact/hooks';
import type { Session } from './sign-in.tsx';

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

/** The token lives here alone: in memory, until the page is left. */
export function keepSession(given: Session): void {
  session = given;
}

/** A request of Resource Manager. Fails with the sentence that it answered. */
async function get(path: string, signal: AbortSignal): Promise<unknown> {
  if (!session || session.expiresAtMs <= Date.now())
    throw new Error('Your sign-in has ended. Reload the page to sign in again.');
  const response = await fetch(path, {
    signal,
    credentials: 'omit',
    headers: { authorization: `Bearer ${session.token}` },
  });
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new Error(String(body.error?.message ?? `The server answered ${response.status}.`));
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

function useLoaded<T>(path: string, load: (path: string, signal: AbortSignal) => Promise<T>): Loaded<T> {
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
