import type { HttpResponse } from '../../http/contract.ts';
import type { DeviceCodeRecord } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import type { Checks } from './checks.ts';
import { findClient } from './clients.ts';
import { aadsts } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { demandOwnForm, formToken, formTokenField } from './form-token.ts';
import { readSignIn } from './interaction.ts';
import {
  errorContent,
  messageContent,
  page,
  type SignInForm,
  signInContent,
  userCodeContent,
} from './pages.ts';
import { sessionOf } from './sessions.ts';

/** The page where a user enters a device's code (RFC 8628, section 3.3), signs in and so lets the device in. */
export async function deviceLogin(
  surface: Surface,
  exchange: Exchange,
  checks: Checks,
): Promise<HttpResponse> {
  const { parameters, request } = exchange;
  const code = (parameters.get('user_code') ?? parameters.get('otc') ?? '').trim().toUpperCase();
  if (request.method !== 'POST') return codePage(surface, exchange, { code });
  // Before the code is looked at: another site learns nothing and approves nothing.
  demandOwnForm(surface, request, parameters);
  const pending = (record: DeviceCodeRecord) => record.userCode === code && record.state.type === 'pending';
  const record = surface.db.deviceCodes.find(pending);
  if (!record) return codePage(surface, exchange, { code, error: aadsts.wrongUserCode().message });

  const show = (form: Partial<SignInForm>) => signInPage(surface, exchange, { record, form });
  if (parameters.get('action') === 'code') {
    const signedIn = sessionOf(surface, request)?.user.userPrincipalName;
    return show(signedIn === undefined ? {} : { signedIn });
  }
  const outcome = await readSignIn(surface, exchange, checks);
  if (outcome.type === 'again') return show(outcome);
  const state: DeviceCodeRecord['state'] =
    outcome.type === 'cancelled' ? { type: 'declined' } : { type: 'approved', signIn: outcome.signIn };
  const changed = await surface.db.deviceCodes.updateWhere(pending, (current) =>
    pending(current) ? { ...current, state } : undefined,
  );
  if (!changed) return codePage(surface, exchange, { code, error: aadsts.wrongUserCode().message });
  if (outcome.type === 'cancelled') {
    return page(surface.random, {
      title: 'Cancelled',
      content: messageContent('The sign-in was declined. You can close this window.'),
    });
  }
  const { displayName } = findClient(surface, record.clientId);
  return page(surface.random, {
    title: 'Signed in',
    content: messageContent(
      `You have signed in to ${displayName} on your device. You can close this window.`,
    ),
    headers: outcome.cookie === undefined ? {} : { 'set-cookie': outcome.cookie },
  });
}

function codePage(
  surface: Surface,
  { request }: Exchange,
  form: { readonly code: string; readonly error?: string },
): HttpResponse {
  const content = userCodeContent({
    action: request.path,
    hidden: { [formTokenField]: formToken(surface, request) },
    ...form,
  });
  return page(surface.random, { title: 'Enter code', content, status: form.error === undefined ? 200 : 400 });
}

function signInPage(
  surface: Surface,
  { request, parameters }: Exchange,
  { record, form }: { readonly record: DeviceCodeRecord; readonly form: Partial<SignInForm> },
): HttpResponse {
  const { displayName } = findClient(surface, record.clientId);
  const content = signInContent({
    action: request.path,
    hidden: { user_code: record.userCode, [formTokenField]: formToken(surface, request) },
    application: `${displayName} on another device or in a terminal. Go on only if you began that sign-in yourself`,
    username: parameters.get('username') ?? '',
    ...form,
  });
  return page(surface.random, { title: 'Sign in', content });
}

/** A refusal that cannot go back to the client. */
export function refusalPage(surface: Surface, message: string, status: number): HttpResponse {
  const content = errorContent(message) ?? messageContent(message);
  return page(surface.random, { title: 'Sign-in is not possible', content, status });
}
