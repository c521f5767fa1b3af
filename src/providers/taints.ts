import type { JsonObject } from '../base/index.ts';
import type { Fields } from './fields.ts';
import { isLabelKey, isLabelValue } from './labels.ts';

/** `key=value:Effect` or `key:Effect` as a Kubernetes taint. */
export function parseTaint(text: string): JsonObject {
  const [pair = '', effect = 'NoSchedule'] = text.split(':');
  const [key = '', value] = pair.split('=');
  return value === undefined ? { key, effect } : { key, value, effect };
}

const effects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Throws InvalidParameter for taints that no node can carry. */
export function demandTaints(body: Pick<Fields, 'wrong'>, member: string, taints: readonly string[]): void {
  for (const text of taints) {
    const [pair = '', effect = '', ...more] = text.split(':');
    const [key = '', value = '', ...rest] = pair.split('=');
    const isTaint = more.length + rest.length === 0 && effects.includes(effect);
    if (isTaint && isLabelKey(key) && isLabelValue(value)) continue;
    throw body.wrong(
      member,
      `'${text}' is not a taint: key=value:Effect or key:Effect with one of ${effects.join(', ')}`,
    );
  }
}
