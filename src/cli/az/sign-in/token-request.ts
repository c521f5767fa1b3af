import { isObject } from '../../../base/index.ts';
import { applications } from '../applications.ts';
import { AzError } from '../errors.ts';
import type { HttpAnswer, Transport } from '../http/transport.ts';

/** The client id that az signs in with. */
export const clientId = applications.azureCli;

/** Says that the client can handle claims challenges (the capability `CP1`). */
export const capabilityClaims = '{"access_token":{"xms_cc":{"values":["CP1"]}}}';

export interface TokenAnswer {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
}

/** The token endpoint said no; `code` is OAuth's, e.g. `authorization_pending`. */
export class TokenError extends AzError {
  readonly code: string;

  constructor(code: string, description: string, advice: readonly string[]) {
    super(description, { advice });
    this.code = code;
  }
}

export interface TokenRequest {
  readonly transport: Transport;
  /** Sign-in origin. */
  readonly login: string;
  /** Tenant id or `organizations`. */
  readonly tenant: string;
  readonly form: Readonly<Record<string, string>>;
}

const defaultLifetimeSeconds = 3600;

/** Asks the token endpoint (RFC 6749). Throws TokenError with the service's own description. */
export async function requestToken({ transport, login, tenant, form }: TokenRequest): Promise<TokenAnswer> {
  const answer = await transport.send({
    method: 'POST',
    url: `${login}/${tenant}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({ client_info: '1', ...form }).toString(),
  });
  const body = readJsonObject(answer);
  if (answer.status !== 200 || typeof body['access_token'] !== 'string') {
    const description = body['error_description'] ?? body['error'] ?? `HTTP ${answer.status}`;
    throw new TokenError(String(body['error'] ?? 'unknown'), String(description), signInAdvice(tenant));
  }
  const expires = Number(body['expires_in']);
  return {
    accessToken: body['access_token'],
    expiresInSeconds: Number.isFinite(expires) ? expires : defaultLifetimeSeconds,
    refreshToken: typeof body['refresh_token'] === 'string' ? body['refresh_token'] : undefined,
    idToken: typeof body['id_token'] === 'string' ? body['id_token'] : undefined,
  };
}

function signInAdvice(tenant: string): string[] {
  const command = tenant === 'organizations' ? 'az login' : `az login --tenant "${tenant}"`;
  return [
    'Run the command below to authenticate interactively; additional arguments may be added as needed:',
    'az logout',
    command,
  ];
}

/** The JSON object in an answer; an empty one when there is none. */
export function readJsonObject(answer: HttpAnswer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(answer.text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The payload of a JWT, unverified: for what the sign-in service itself has just handed out. */
export function readTokenClaims(token: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
