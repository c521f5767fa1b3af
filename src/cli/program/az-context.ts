import { join, resolve } from 'node:path';
import { type AzContext, processContext } from '../az/index.ts';

/** The context of `drydock az`: outside of `drydock exec`, the profile is the one of the home. */
export function azContext(): AzContext {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const context = processContext(stop.signal);
  if (context.env['AZURE_CONFIG_DIR']) return context;
  const home = context.env['DRYDOCK_HOME'] ?? join(context.homeDirectory, '.drydock');
  return { ...context, env: { ...context.env, AZURE_CONFIG_DIR: join(resolve(home), 'cli', 'azure') } };
}
