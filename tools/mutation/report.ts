import type { Mutant } from './points.ts';
import { lives, type Verdict } from './verdicts.ts';

export interface Tried {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

/** A Markdown table by room, and below it each mutant that lives. */
export function report(tried: readonly Tried[]): string {
  const counted = tried.filter(({ verdict }) => verdict.outcome !== 'does not parse');
  const rooms = [...Map.groupBy(counted, ({ mutant }) => mutant.room)];
  const rows = [...rooms, ['all', counted] as const].map(([room, own]) => row(room, own));
  const living = counted
    .filter(({ verdict }) => lives(verdict))
    .map(({ mutant, verdict }) => `${describe(mutant)}\n    ${verdict.outcome}: ${verdict.how}`);
  const head = ['| room | mutants | killed | by time-out | rate |', '|---|---|---|---|---|'];
  return [...head, ...rows, '', ...living, ''].join('\n');
}

/** The share of the mutants that were noticed, in percent. */
export function killRate(tried: readonly Tried[]): number {
  const counted = tried.filter(({ verdict }) => verdict.outcome !== 'does not parse');
  const killed = counted.filter(({ verdict }) => !lives(verdict));
  return counted.length === 0 ? 100 : (100 * killed.length) / counted.length;
}

function row(room: string, tried: readonly Tried[]): string {
  const killed = tried.filter(({ verdict }) => !lives(verdict)).length;
  const late = tried.filter(({ verdict }) => verdict.outcome === 'timed out').length;
  return `| ${room} | ${tried.length} | ${killed} | ${late} | ${killRate(tried).toFixed(0)} % |`;
}

export function describe({ file, line, operator, lineText, change }: Mutant): string {
  return `${file}:${line + 1} ${operator}: ${change}\n    ${lineText}`;
}
