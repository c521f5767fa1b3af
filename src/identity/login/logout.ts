import type { HttpResponse } from '../../http/contract.ts';
import type { Surface } from '../surface.ts';
import { checkRedirect, findClient, isLoopback } from './clients.ts';
import type { Exchange } from './exchange.ts';
import { messageContent, page } from './pages.ts';
import { closeSession } from './sessions.ts';

/** Ends the browser's session. Goes on to `post_logout_redirect_uri` when that is this machine or the client's own. */
export async function logout(surface: Surface, { request, parameters }: Exchange): Promise<HttpResponse> {
  const cookie = await closeSession(surface, request);
  const target = parameters.get('post_logout_redirect_uri');
  if (target !== null && mayReturn(surface, target, parameters.get('client_id'))) {
    const location = new URL(target);
    const state = parameters.get('state');
    if (state !== null) location.searchParams.set('state', state);
    return { status: 303, headers: { location: location.href, 'set-cookie': cookie } };
  }
  return page(surface.random, {
    title: 'Signed out',
    content: messageContent('You have signed out. You can close this window.'),
    headers: { 'set-cookie': cookie },
  });
}

function mayReturn(surface: Surface, target: string, clientId: string | null): boolean {
  if (!URL.canParse(target)) return false;
  const url = new URL(target);
  const { login, resourceManager } = surface.origins();
  if (url.origin === login || url.origin === resourceManager) return true;
  if (url.protocol === 'http:' && isLoopback(url)) return true;
  if (clientId === null) return false;
  try {
    checkRedirect(findClient(surface, clientId), target, surface.origins());
    return true;
  } catch {
    return false;
  }
}
