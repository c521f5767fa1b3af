import type { HealthCheck } from '../../http/health.ts';

/** Whoever answers has these behind him. */
const passed: readonly HealthCheck[] = [
  'ping',
  'log',
  'etcd',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/start-watch-cache',
].map((name) => ({ name, check: () => undefined }));

/** The checks of each health endpoint; `more` decide whether the server is ready. */
export function healthEndpoints(
  more: readonly HealthCheck[],
): Readonly<Record<'healthz' | 'livez' | 'readyz', readonly HealthCheck[]>> {
  return { healthz: passed, livez: passed, readyz: [...passed, ...more.map(withheld)] };
}

/** Health needs no credentials: why a check fails is not for everybody, as with the real server. */
function withheld({ name, check }: HealthCheck): HealthCheck {
  return { name, check: async () => ((await check()) === undefined ? undefined : 'reason withheld') };
}
