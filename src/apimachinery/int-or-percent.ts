/** A count given as a number or as a share of `total`, e.g. `25%`; the share is rounded as told. */
export function countOf(value: number | string, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const share = /^(\d+)%$/.exec(value)?.[1];
  if (share === undefined) return Number.parseInt(value, 10) || 0;
  const exact = (Number(share) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
