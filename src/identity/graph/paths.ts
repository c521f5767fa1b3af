/** A Graph path taken apart. */
export interface GraphPath {
  readonly version: string;
  readonly segments: readonly string[];
  /** `group` of a last segment `microsoft.graph.group`. */
  readonly cast: string | undefined;
}

/** Reads `/v1.0/users/x`, `/v1.0/users('x')` and `/v1.0/applications(appId='x')`, which means the segment `appId=x`. */
export function parseGraphPath(path: string): GraphPath {
  const [version = '', ...rest] = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  const segments = rest.flatMap(splitKey);
  const at = segments.findIndex((segment) => segment.toLowerCase().startsWith('microsoft.graph.'));
  // `checkMemberGroups` and other actions may be written with the namespace too.
  const name = at < 0 ? undefined : segments[at]?.slice('microsoft.graph.'.length);
  if (name === undefined) return { version, segments, cast: undefined };
  if (['user', 'group', 'application', 'servicePrincipal'].includes(name)) {
    return { version, segments: segments.toSpliced(at, 1), cast: name };
  }
  return { version, segments: segments.toSpliced(at, 1, name), cast: undefined };
}

function splitKey(segment: string): string[] {
  const found = /^([A-Za-z]+)\((?:([A-Za-z]+)=)?'(.*)'\)$/.exec(segment);
  if (!found) return [segment];
  const [, collection = '', property, value = ''] = found;
  const key = value.replaceAll("''", "'");
  return [collection, property === undefined ? key : `${property}=${key}`];
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
