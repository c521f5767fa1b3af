import type { JsonObject } from '../base/index.ts';

/** `key=value:Effect` or `key:Effect` as a Kubernetes taint. */
export function parseTaint(text: string): JsonObject {
  const [pair = '', effect = 'NoSchedule'] = text.split(':');
  const [key = '', value] = pair.split('=');
  return value === undefined ? { key, effect } : { key, value, effect };
}
