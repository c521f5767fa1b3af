/** `YYYY-MM-DD` with an optional suffix. */
const form = /^(\d{4}-\d{2}-\d{2})(-(?:preview|alpha|beta|rc|privatepreview))?$/i;

/** True when `version` has the form of an api-version. */
export function isVersion(version: string): boolean {
  return form.test(version);
}

/** True when `version` is listed, or well formed and at least as new as `lowest`. */
export function isSupportedVersion(
  version: string,
  supported: { readonly apiVersions: readonly string[]; readonly lowestApiVersion?: string | undefined },
): boolean {
  const wanted = version.toLowerCase();
  if (supported.apiVersions.some((listed) => listed.toLowerCase() === wanted)) return true;
  const date = form.exec(version)?.[1];
  return (
    date !== undefined &&
    supported.lowestApiVersion !== undefined &&
    date >= supported.lowestApiVersion.slice(0, 10)
  );
}

/** True when api-version `a` is the same as or newer than `b`; a preview is older than its release. */
export function isAtLeastVersion(a: string, b: string): boolean {
  const dateA = a.slice(0, 10);
  const dateB = b.slice(0, 10);
  return dateA === dateB ? a.length === 10 || b.length > 10 : dateA > dateB;
}
