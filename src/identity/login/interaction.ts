import { CodedError } from '../../base/index.ts';
import type { SignIn } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import type { Checks } from './checks.ts';
import { aadsts, LoginError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { demandOwnForm } from './form-token.ts';
import { PasswordCheck } from './password-check.ts';
import { openSession, sessionOf } from './sessions.ts';
import { tellPageSignIn, tellPasswordChanged, tellRefused } from './trail.ts';

/** What a submitted sign-in form led to. */
export type Interaction =
  | { readonly type: 'signed-in'; readonly signIn: SignIn; readonly cookie: string | undefined }
  | { readonly type: 'cancelled' }
  /** Show the form again. */
  | { readonly type: 'again'; readonly error?: string; readonly mustChange?: boolean };

/** Reads the form that `signInContent` made. */
export async function readSignIn(surface: Surface, exchange: Exchange, checks: Checks): Promise<Interaction> {
  const { parameters, request } = exchange;
  if (!parameters.has('action')) return { type: 'again' };
  demandOwnForm(surface, request, parameters);
  switch (parameters.get('action')) {
    case 'cancel':
      return { type: 'cancelled' };
    case 'continue': {
      const session = sessionOf(surface, request);
      return session ? { type: 'signed-in', signIn: session.signIn, cookie: undefined } : { type: 'again' };
    }
    case 'password':
      return passwordSignIn(surface, exchange, checks);
    default:
      return { type: 'again' };
  }
}

async function passwordSignIn(surface: Surface, exchange: Exchange, checks: Checks): Promise<Interaction> {
  const { parameters, request } = exchange;
  try {
    const { user, mustChange } = await checks.passwords.check(
      PasswordCheck.nameIn(parameters),
      parameters.get('password') ?? '',
      request.connection.remoteAddress,
    );
    if (mustChange) {
      const password = parameters.get('new_password');
      if (password === null) return { type: 'again', mustChange };
      if (password !== parameters.get('new_password_again')) throw aadsts.weakPassword();
      await surface.directory.users.update(user.id, { password });
      tellPasswordChanged(surface, exchange, user);
    }
    const signIn = { userId: user.id, signedInAtMs: surface.clock.now() };
    const cookie = await openSession(surface, signIn);
    tellPageSignIn(surface, exchange, user);
    return { type: 'signed-in', signIn, cookie };
  } catch (thrown) {
    tellRefused(surface, exchange, { thrown, way: 'page' });
    const mustChange = parameters.has('new_password');
    if (thrown instanceof LoginError) return { type: 'again', error: thrown.message, mustChange };
    if (thrown instanceof CodedError && thrown.code === 'invalid') {
      return { type: 'again', error: thrown.message, mustChange };
    }
    throw thrown;
  }
}
