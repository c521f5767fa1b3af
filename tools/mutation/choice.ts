import { hashOf } from './coverage.ts';
import type { Mutant } from './points.ts';

/** A room has at least so many of the chosen mutants, however small it is. */
const fewestOfRoom = 5;

/** How many are wanted, and what decides which. */
export interface ChoiceOptions {
  readonly seed: string;
  readonly count: number;
  /** Lines of each room. */
  readonly sizes: ReadonlyMap<string, number>;
}

/**
 * Chooses mutants: rooms by their size, and in a room each kind of change as often as every other. A mutant's place in
 * the order depends on the seed and on itself alone, so that a change of one source leaves the choice in others as it is.
 */
export function choose(mutants: readonly Mutant[], options: ChoiceOptions): Mutant[] {
  const shares = sharesOf(options);
  return [...shares].flatMap(([room, share]) => {
    const kinds = Map.groupBy(
      mutants.filter((mutant) => mutant.room === room),
      ({ operator }) => operator,
    );
    const ordered = [...kinds]
      .map(([operator, own]) => ({ own, at: hashOf(`${options.seed}\n${room}\n${operator}`) }))
      .sort(inOrder)
      .map(({ own }) =>
        own
          .map((mutant) => ({ mutant, at: hashOf(`${options.seed}\n${mutant.id}`) }))
          .sort(inOrder)
          .map(({ mutant }) => mutant),
      );
    return inTurn(ordered, share);
  });
}

function inOrder(one: { readonly at: string }, other: { readonly at: string }): number {
  return one.at < other.at ? -1 : 1;
}

/** One of each list, then the second of each, until there are enough. */
function inTurn(lists: readonly (readonly Mutant[])[], count: number): Mutant[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  const all = Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat();
  return all.slice(0, count);
}

/** How many mutants each room gets: the fewest, and the rest by size, largest remainder first. */
export function sharesOf({ count, sizes }: ChoiceOptions): Map<string, number> {
  const least = Math.min(fewestOfRoom, Math.floor(count / Math.max(1, sizes.size)));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const wanted = [...sizes].map(([room, size]) => ({ room, exact: (count * size) / total }));
  const shares = new Map(wanted.map(({ room, exact }) => [room, Math.max(least, Math.floor(exact))]));
  const given = () => [...shares.values()].reduce((sum, share) => sum + share, 0);
  const short = wanted.sort((one, other) => (other.exact % 1) - (one.exact % 1));
  for (let at = 0; given() < count && short.length > 0; at++) {
    const room = short[at % short.length]?.room ?? '';
    shares.set(room, (shares.get(room) ?? 0) + 1);
  }
  while (given() > count) {
    const [room, share] = [...shares].sort(([, one], [, other]) => other - one)[0] ?? ['', 0];
    shares.set(room, share - 1);
  }
  return shares;
}
