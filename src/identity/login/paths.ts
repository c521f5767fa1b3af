/** A request path of the login origin, read. */
export interface LoginPath {
  readonly endpoint: (typeof endpointPaths)[number][0];
  /** As written; empty when the path has none (`/adfs/oauth2/token`, `/devicelogin`). */
  readonly tenantSegment: string;
  readonly adfs: boolean;
  readonly version: 'v1' | 'v2';
  /** What follows the fixed part, decoded. */
  readonly rest: string;
}

/** What comes after the tenant. `v2.0` is taken out before the comparison; a path that ends in a slash goes on. */
const endpointPaths = [
  ['configuration', '.well-known/openid-configuration'],
  ['keys', 'discovery/keys'],
  ['instance-discovery', 'discovery/instance'],
  ['user-realm', 'userrealm/'],
  ['token', 'oauth2/token'],
  ['device-code', 'oauth2/devicecode'],
  ['authorize', 'oauth2/authorize'],
  ['device-login', 'devicelogin'],
  ['device-login', 'oauth2/deviceauth'],
  ['logout', 'oauth2/logout'],
  ['native-client', 'oauth2/nativeclient'],
  ['error-page', 'error'],
] as const;

/** People type these, or follow a link to them. */
const tenantless: readonly LoginPath['endpoint'][] = ['device-login', 'error-page'];

/**
 * Reads `[/adfs][/{tenant}]/{endpoint}` in any case; undefined for other paths. The leading `adfs` is how clients are
 * told not to ask Microsoft about this host.
 */
export function parseLoginPath(path: string): LoginPath | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  const adfs = segments[0]?.toLowerCase() === 'adfs';
  if (adfs) segments.shift();
  const withoutTenant = match(segments, '');
  if (withoutTenant && (adfs || tenantless.includes(withoutTenant.endpoint)))
    return { ...withoutTenant, adfs };
  const [tenantSegment = '', ...after] = segments;
  const withTenant = match(after, tenantSegment);
  return withTenant && { ...withTenant, adfs };
}

function match(segments: readonly string[], tenantSegment: string): Omit<LoginPath, 'adfs'> | undefined {
  const version = segments.some((segment) => segment.toLowerCase() === 'v2.0') ? 'v2' : 'v1';
  const plain = segments.filter((segment) => segment.toLowerCase() !== 'v2.0').join('/');
  for (const [endpoint, fixed] of endpointPaths) {
    const open = fixed.endsWith('/');
    const fits = open ? plain.toLowerCase().startsWith(fixed) : plain.toLowerCase() === fixed;
    if (fits) return { endpoint, tenantSegment, version, rest: decode(plain.slice(fixed.length)) };
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
