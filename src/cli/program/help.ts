import type { Verb } from './declaration.ts';

export function programHelp(verbs: readonly Verb[]): string {
  const width = Math.max(...verbs.map((verb) => verb.word.length));
  const lines = verbs.map((verb) => `  ${verb.word.padEnd(width)}  ${verb.summary}`);
  return `Drydock: a control plane for Kubernetes fleets that speaks Azure's own APIs, on this machine.

Usage: drydock COMMAND [OPTIONS]

Commands:
${lines.join('\n')}

Start with 'drydock quickstart'. 'drydock COMMAND --help' tells more about one command.
`;
}

export function verbHelp(verb: Verb): string {
  const options = Object.entries(verb.options ?? {});
  const names = options.map(
    ([name, o]) => `${o.short ? `-${o.short}, ` : ''}--${name}${o.value ? ` ${o.value}` : ''}`,
  );
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = options.map(([, o], i) => `  ${(names[i] ?? '').padEnd(width)}  ${o.summary}`);
  const usage = ['drydock', verb.word, options.length > 0 ? '[OPTIONS]' : '', verb.usage ?? ''].filter(
    Boolean,
  );
  return `${verb.summary[0]?.toUpperCase()}${verb.summary.slice(1)}.

Usage: ${usage.join(' ')}
${lines.length > 0 ? `\nOptions:\n${lines.join('\n')}\n` : ''}`;
}

/** The word with the smallest edit distance, when it is near enough to be a slip. */
export function closestWord(word: string, known: readonly string[]): string | undefined {
  const scored = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  return best && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : undefined;
}

/** Letters put in, left out, replaced, or two that changed places. */
function editDistance(a: string, b: string): number {
  let earlier: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (earlier[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution, swap));
    }
    earlier = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
