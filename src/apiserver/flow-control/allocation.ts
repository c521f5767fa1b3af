/** What a priority level could use of the seats, and between what it may get. */
export interface Claim {
  readonly target: number;
  readonly least: number;
  readonly most: number;
}

/** So that everybody's share can be told from it. */
const leastTarget = 0.001;
const halvings = 100;

/**
 * Shares `seats` out in proportion to the targets, as far as the bounds of each allow. `fraction` is the proportion that everybody
 * gets whom no bound holds. The shares come to `seats`, unless the bounds do not let them.
 */
export function allocate(
  seats: number,
  claims: readonly Claim[],
): { readonly shares: readonly number[]; readonly fraction: number } {
  const sharesAt = (fraction: number) =>
    claims.map(({ target, least, most }) =>
      Math.max(least, Math.min(most, fraction * Math.max(target, leastTarget))),
    );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  // What is given grows with the fraction: where it comes to the seats is looked for from both sides.
  let low = 0;
  let high = 1;
  const most = sum(claims.map((claim) => claim.most));
  while (sum(sharesAt(high)) < Math.min(seats, most) && Number.isFinite(high)) high *= 2;
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (sum(sharesAt(middle)) < seats) low = middle;
    else high = middle;
  }
  return { shares: sharesAt(high), fraction: high };
}
