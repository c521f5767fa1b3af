import type { Call, Flags } from '../../declaration.ts';
import { AzError } from '../../errors.ts';
import { providersApiVersion } from './shape.ts';

const pauseMs = 10_000;

/** Registers or unregisters a provider and, with `--wait`, waits for the end. Prints nothing. */
export async function changeRegistration(
  { flags, session, context }: Call<Flags>,
  change: { readonly action: 'register' | 'unregister'; readonly end: string },
): Promise<undefined> {
  const path = `/subscriptions/${session.subscriptionId}/providers/${encodeURIComponent(String(flags['namespace']))}`;
  await session.arm.post(`${path}/${change.action}`, providersApiVersion);
  if (flags['wait'] !== true) return undefined;
  for (;;) {
    const provider = await session.arm.get(path, providersApiVersion);
    if (provider['registrationState'] === change.end) return undefined;
    await context.clock.sleep(pauseMs, context.signal);
    if (context.signal.aborted) throw new AzError('Operation cancelled.');
  }
}
