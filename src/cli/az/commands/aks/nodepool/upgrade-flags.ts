import type { JsonObject } from '../../../../../base/index.ts';
import type { Values } from '../../../declaration.ts';
import { integer, text } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';

/** How the nodes of a pool are replaced. */
export const upgradeFlags = {
  maxSurge: text('--max-surge', 'Extra nodes of an upgrade: a number or a percentage.'),
  maxUnavailable: text(
    '--max-unavailable',
    'Nodes that may be unavailable during an upgrade: a number or a percentage.',
  ),
  drainTimeout: integer('--drain-timeout', 'Minutes to wait for the pods of a node to be evicted.'),
  nodeSoakDuration: integer(
    '--node-soak-duration',
    'Minutes to wait after a node was drained and before it is replaced.',
  ),
  undrainableNodeBehavior: text(
    '--undrainable-node-behavior',
    'What happens to nodes that cannot be drained.',
    { choices: ['Cordon', 'Schedule'] },
  ),
} as const;

type Given = Pick<Values<typeof upgradeFlags>, keyof typeof upgradeFlags>;

/** `upgradeSettings` with what flags say of it; undefined: they say nothing. Throws AzError for amounts that are none. */
export function changedSettings(given: Given, before: JsonObject): JsonObject | undefined {
  demandAmount('--max-surge', given.maxSurge);
  demandAmount('--max-unavailable', given.maxUnavailable);
  const changed: JsonObject = {
    ...(given.maxSurge && { maxSurge: given.maxSurge }),
    ...(given.maxUnavailable && { maxUnavailable: given.maxUnavailable }),
    ...(given.drainTimeout && { drainTimeoutInMinutes: given.drainTimeout }),
    ...(given.nodeSoakDuration !== undefined && { nodeSoakDurationInMinutes: given.nodeSoakDuration }),
    ...(given.undrainableNodeBehavior && { undrainableNodeBehavior: given.undrainableNodeBehavior }),
  };
  return Object.keys(changed).length === 0 ? undefined : { ...before, ...changed };
}

function demandAmount(flag: string, text: string | undefined): void {
  if (text === undefined) return;
  if (!/^[+-]?\d+%*$/.test(text)) throw new AzError(`${flag} should be an int or percentage`);
  if (text.startsWith('-')) throw new AzError(`${flag} must be positive`);
}
