import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import type { Call, Flags } from '../declaration.ts';
import { AzError, ServiceError } from '../errors.ts';
import { integer, text, toggle } from './flags.ts';

const group = 'Wait Condition Arguments';
const defaultIntervalSeconds = 30;
const defaultTimeoutSeconds = 3600;

/** Conditions of every `wait`. */
export const waitFlags = {
  created: toggle('--created', "Wait until created with 'provisioningState' at 'Succeeded'.", { group }),
  updated: toggle('--updated', "Wait until updated with 'provisioningState' at 'Succeeded'.", { group }),
  deleted: toggle('--deleted', 'Wait until deleted.', { group }),
  exists: toggle('--exists', 'Wait until the resource exists.', { group }),
  custom: text('--custom', 'Wait until the condition satisfies a custom JMESPath query.', { group }),
  interval: integer('--interval', 'Polling interval in seconds.', {
    group,
    defaultText: String(defaultIntervalSeconds),
  }),
  timeout: integer('--timeout', 'Maximum wait in seconds.', {
    group,
    defaultText: String(defaultTimeoutSeconds),
  }),
} as const;

/** Reads the resource again and again until the asked condition holds; a timeout prints `{}`, as az does. */
export async function waitUntil(
  call: Call<Flags>,
  read: () => Promise<Json>,
): Promise<JsonObject | undefined> {
  const { created, updated, deleted, exists, custom } = call.flags;
  if (!created && !updated && !deleted && !exists && typeof custom !== 'string') {
    throw new AzError('incorrect usage: --created | --updated | --deleted | --exists | --custom JMESPATH');
  }
  const query =
    typeof custom === 'string' ? (await import('../output/query.ts')).compileQuery(custom) : undefined;
  const intervalMs = Number(call.flags['interval'] ?? defaultIntervalSeconds) * 1000;
  const timeoutMs = Number(call.flags['timeout'] ?? defaultTimeoutSeconds) * 1000;
  const { clock, signal } = call.context;
  for (let spentMs = 0; spentMs < timeoutMs; spentMs += Math.max(intervalMs, 1)) {
    const found = await readOrUndefined(read, (missing) => {
      // What was never there is not updated by waiting; it may still come, or be gone as asked.
      if (!deleted && !created && !exists && query === undefined) throw missing;
    });
    if (found === undefined) {
      if (deleted) return undefined;
    } else {
      if (exists) return undefined;
      const state = stateOf(found);
      if (state === 'failed') throw new AzError('The operation failed');
      if (query && holds(query.apply(found))) return undefined;
      if ((created || updated) && state === 'succeeded') return undefined;
    }
    await clock.sleep(intervalMs, signal);
    if (signal.aborted) throw new AzError('Operation cancelled.');
  }
  return {};
}

async function readOrUndefined(
  read: () => Promise<Json>,
  onMissing: (thrown: ServiceError) => void,
): Promise<Json | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof ServiceError) || thrown.status !== 404) throw thrown;
    onMissing(thrown);
    return undefined;
  }
}

/** In lower case; undefined for a resource without one, which is never seen as created. */
function stateOf(found: Json): string | undefined {
  if (!isObject(found)) return undefined;
  const { provisioningState, properties } = found;
  const state = provisioningState || (isObject(properties) ? properties['provisioningState'] : undefined);
  return typeof state === 'string' ? state.toLowerCase() : undefined;
}

/** As Python reads a value as true or false. */
function holds(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
