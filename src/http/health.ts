import type { HttpRequest, HttpResponse } from './contract.ts';

/** One line of `/readyz?verbose`. */
export interface HealthCheck {
  /** As Kubernetes names its checks: lower case, dashes, e.g. `event-loop`. */
  readonly name: string;
  /** Undefined when all is well, else why not, as a sentence. A check that throws has failed. */
  check(): string | undefined | Promise<string | undefined>;
}

const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

/**
 * Answers `/healthz`, `/livez`, `/readyz` and `/readyz/{check}` as a Kubernetes API server does: 200 `ok`, the lines
 * of all checks with `?verbose` or when one failed (500); `?exclude=NAME` leaves a check out. Undefined: another path.
 */
export async function answerHealth(
  request: Pick<HttpRequest, 'path' | 'query'>,
  checks: Readonly<Record<string, readonly HealthCheck[]>>,
): Promise<HttpResponse | undefined> {
  const [, endpoint = '', ...rest] = request.path.replace(/\/$/, '').split('/');
  const all = Object.hasOwn(checks, endpoint) ? checks[endpoint] : undefined;
  if (!all) return undefined;
  if (rest.length === 0) return answerAll(request, endpoint, all);
  const only = all.find(({ name }) => name === rest.join('/'));
  if (!only) return undefined;
  const reason = await failureOf(only);
  return reason === undefined ? text(200, 'ok') : text(500, `internal server error: ${reason}\n`);
}

async function answerAll(
  { query }: Pick<HttpRequest, 'query'>,
  endpoint: string,
  checks: readonly HealthCheck[],
): Promise<HttpResponse> {
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  let failed = false;
  for (const check of checks) {
    if (excluded.delete(check.name)) {
      lines.push(`[+]${check.name} excluded: ok\n`);
      continue;
    }
    const reason = await failureOf(check);
    failed ||= reason !== undefined;
    lines.push(reason === undefined ? `[+]${check.name} ok\n` : `[-]${check.name} failed: ${reason}\n`);
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((name) => `"${name}"`).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}\n`);
  }
  if (failed) return text(500, `${lines.join('')}${endpoint} check failed\n`);
  return text(200, query.has('verbose') ? `${lines.join('')}${endpoint} check passed\n` : 'ok');
}

async function failureOf(check: HealthCheck): Promise<string | undefined> {
  try {
    return await check.check();
  } catch {
    return 'the check itself failed';
  }
}

function text(status: number, body: string): HttpResponse {
  return { status, headers, body: Buffer.from(body) };
}
