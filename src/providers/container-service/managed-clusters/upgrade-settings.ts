import type { Fields } from '../../fields.ts';

/** How a pool is upgraded. */
export interface UpgradeSettings {
  /** Machines added for the time of the upgrade. */
  readonly surge: number;
  /** Nodes that may be away without one. */
  readonly unavailable: number;
  readonly drainMinutes: number;
  readonly soakMinutes: number;
  /** Nodes that cannot be drained stay closed, and the others go on. */
  readonly quarantines: boolean;
}

/** None asks for what is usual: azurerm sends 0 where only a surge is configured. */
const drainMinutes = { min: 0, max: 1440 } as const;
const soakMinutes = { min: 0, max: 30 } as const;
const amountPattern = /^(?:\d{1,4}|(?:100|[1-9]?\d)%)$/;

/**
 * The `upgradeSettings` of a pool with their defaults. Throws InvalidParameter for what cannot be.
 * Source: https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling
 */
export function upgradeSettings(pool: Fields): UpgradeSettings {
  const settings = pool.object('upgradeSettings');
  const count = typeof pool.value['count'] === 'number' ? pool.value['count'] : 0;
  const [surge, unavailable] = [amount(settings, 'maxSurge', '10%'), amount(settings, 'maxUnavailable', '0')];
  if (isNone(surge) && isNone(unavailable)) {
    throw settings.wrong('maxUnavailable', 'maxSurge and maxUnavailable cannot both be 0');
  }
  return {
    surge: inNodes(surge, count),
    unavailable: inNodes(unavailable, count),
    drainMinutes: settings.integer('drainTimeoutInMinutes', drainMinutes) || 30,
    soakMinutes: settings.integer('nodeSoakDurationInMinutes', soakMinutes) ?? 0,
    quarantines: settings.choice('undrainableNodeBehavior', ['Schedule', 'Cordon']) === 'Cordon',
  };
}

function amount(settings: Fields, name: 'maxSurge' | 'maxUnavailable', usual: string): string {
  const text = settings.string(name) || usual;
  if (amountPattern.test(text)) return text;
  throw settings.wrong(name, `'${text}' is neither a number of nodes nor a percentage such as '33%'`);
}

function isNone(text: string): boolean {
  return Number.parseInt(text, 10) === 0;
}

/** Parts of a node count as one. */
function inNodes(text: string, count: number): number {
  const number = Number.parseInt(text, 10);
  return text.endsWith('%') ? Math.ceil((count * number) / 100) : number;
}
