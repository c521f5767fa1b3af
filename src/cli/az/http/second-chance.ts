import type { Caller } from './caller.ts';
import { errorOf } from './service-errors.ts';
import type { HttpAnswer } from './transport.ts';

const registrationApiVersion = '2016-02-01';
const registrationPauseMs = 10_000;

/** The claims that a 401 demands of the next token. */
export function challengeClaims(answer: HttpAnswer): string | undefined {
  const challenge = answer.header('www-authenticate');
  const encoded = challenge === undefined ? undefined : /claims="([^"]+)"/.exec(challenge)?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** Registers the provider that a refusal names in quotes; true when the request is worth repeating. */
export async function registerProvider(session: Caller, refused: HttpAnswer): Promise<boolean> {
  const error = refused.status === 409 ? errorOf(refused) : undefined;
  if (error?.['code'] !== 'MissingSubscriptionRegistration') return false;
  const namespace = /'([^']+)'/.exec(String(error['message'] ?? ''))?.[1];
  if (namespace === undefined) return false;
  session.warn(
    `Resource provider '${namespace}' used by this operation is not registered. We are registering for you.`,
  );
  const path = `/subscriptions/${session.subscriptionId}/providers/${namespace}`;
  await session.arm.post(`${path}/register`, registrationApiVersion);
  for (;;) {
    const provider = await session.arm.get(path, registrationApiVersion);
    if (provider['registrationState'] === 'Registered') break;
    await session.context.clock.sleep(registrationPauseMs, session.context.signal);
    session.context.signal.throwIfAborted();
  }
  session.warn('Registration succeeded.');
  return true;
}
