/** Least likeness at which az offers a word. */
const leastLikeness = 0.7;

/** The candidate most like `word`, or undefined when none is like enough. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; likeness: number } | undefined;
  for (const candidate of candidates) {
    const value = likeness(word.toLowerCase(), candidate.toLowerCase());
    if (value >= leastLikeness && (!best || value > best.likeness)) best = { candidate, likeness: value };
  }
  return best?.candidate;
}

/** Ratcliff and Obershelp's measure: twice the length of common blocks over the length of both. */
function likeness(a: string, b: string): number {
  const total = a.length + b.length;
  return total === 0 ? 1 : (2 * commonLength(a, b)) / total;
}

function commonLength(a: string, b: string): number {
  let length = 0;
  let startA = 0;
  let startB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      let k = 0;
      while (i + k < a.length && j + k < b.length && a[i + k] === b[j + k]) k++;
      if (k > length) [length, startA, startB] = [k, i, j];
    }
  }
  if (length === 0) return 0;
  return (
    length +
    commonLength(a.slice(0, startA), b.slice(0, startB)) +
    commonLength(a.slice(startA + length), b.slice(startB + length))
  );
}
