/** Names of `$select`, or undefined for the standard ones. */
export function selectOf(query: URLSearchParams): string[] | undefined {
  const text = query.get('$select');
  if (!text || text === '*') return undefined;
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
