import { readFileSync } from 'node:fs';

/**
 * Tells one process from a later one with the same number: on Linux its start time and the boot that it belongs to,
 * elsewhere nothing. Undefined: no such process, or one that has ended and only waits to be collected.
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== 'linux') return signalReaches(pid) ? '' : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name, may hold blanks and brackets: the rest begins after the last one.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTicks = rest[18];
    return state === 'Z' || state === 'X' ? undefined : `${startTicks}.${boot()}`;
  } catch {
    return undefined;
  }
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

const bootDigits = 12;

/** Start times count from the boot: without it, a process of another boot may have the same. Empty where nobody says. */
function boot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replaceAll('-', '').slice(0, bootDigits);
  } catch {
    return '';
  }
}
