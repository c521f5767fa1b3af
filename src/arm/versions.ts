/** `YYYY-MM-DD` with an optional suffix. */
const form = /^(\d{4}-\d{2}-\d{2})(-(?:preview|alpha|beta|rc|privatepreview))?$/i;

/** True when `version` has the form of an api-version. */
export function isVersion(version: string): boolean {
  return form.test(version);
}

/**
 * True when `version` is listed. Beside a list with gaps (`lowestApiVersion`) also what is not older than that one and not of
 * the future.
 */
export function isSupportedVersion(
  version: string,
  supported: { readonly apiVersions: readonly string[]; readonly lowestApiVersion?: string | undefined },
  nowMs: number,
): boolean {
  if (supported.apiVersions.includes(version)) return true;
  const wanted = version.toLowerCase();
  if (supported.apiVersions.some((listed) => listed.toLowerCase() === wanted)) return true;
  const date = form.exec(version)?.[1];
  const lowest = supported.lowestApiVersion?.slice(0, 10);
  return (
    date !== undefined &&
    lowest !== undefined &&
    date >= lowest &&
    date <= new Date(nowMs).toISOString().slice(0, 10)
  );
}

/** True when api-version `a` is the same as or newer than `b`; a preview is older than its release. */
export function isAtLeastVersion(a: string, b: string): boolean {
  const dateA = a.slice(0, 10);
  const dateB = b.slice(0, 10);
  return dateA === dateB ? a.length === 10 || b.length > 10 : dateA > dateB;
}
