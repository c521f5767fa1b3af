import { X509Certificate } from 'node:crypto';
import { compactVerify } from 'jose/jws/compact/verify';
import { isObject, type JsonObject } from '../../base/index.ts';
import { firstPartyApplications, type IdentityOrigins } from '../contract.ts';
import { redirectUrisOf } from '../directory/redirect-uris.ts';
import { isFirstPartyPublicClient } from '../first-party.ts';
import { type Guesses, networkOf } from '../guesses.ts';
import { lifetimes } from '../limits.ts';
import type { ApplicationRecord, ServicePrincipalRecord } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import { aadsts, LoginError } from './errors.ts';
import type { Exchange } from './exchange.ts';

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The program that asks for a token. */
export interface Client {
  readonly clientId: string;
  readonly displayName: string;
  /** How it proved to be that program. */
  readonly proof: 'none' | 'secret' | 'certificate';
  /** Undefined for first-party clients. */
  readonly application: ApplicationRecord | undefined;
  readonly servicePrincipal: ServicePrincipalRecord | undefined;
}

/** Finds the client of a token or device code request and checks what it proves itself with. */
export async function authenticateClient(
  surface: Surface,
  exchange: Exchange,
  guesses: Guesses,
): Promise<Client> {
  const presented = presentedCredentials(exchange);
  if (!presented.clientId) throw aadsts.missingParameter('client_id');
  const client = findClient(surface, presented.clientId);
  if (!client.application) {
    if (presented.secret !== undefined || presented.assertion !== undefined) throw aadsts.clientIsPublic();
    return client;
  }
  if (presented.assertion === undefined && presented.secret === undefined) return client;
  const { clientId } = client;
  const key = `${clientId} ${networkOf(exchange.request.connection.remoteAddress)}`;
  const { refusal, proof } = await guesses.judge(
    key,
    () => aadsts.lockedClient(clientId),
    () => judgeProof(surface, client, presented),
  );
  if (refusal) throw refusal;
  return { ...client, proof };
}

async function judgeProof(surface: Surface, client: Client, { secret, assertion }: Presented) {
  const judged = (proof: Client['proof'], refusal?: unknown) => ({
    isRight: refusal === undefined,
    proof,
    refusal,
  });
  if (assertion !== undefined) {
    try {
      await checkAssertion(surface, client, assertion);
      return judged('certificate');
    } catch (thrown) {
      if (!(thrown instanceof LoginError)) throw thrown;
      return judged('none', thrown);
    }
  }
  const { clientId } = client;
  const result = await surface.directory.credentials.checkSecret(clientId, secret ?? '');
  if (result === 'expired') return judged('none', aadsts.expiredSecret(clientId));
  return result === 'valid' ? judged('secret') : judged('none', aadsts.wrongSecret(clientId));
}

/** The client of an id, without any proof. */
export function findClient(surface: Surface, clientId: string): Client {
  const { objects } = surface;
  const application = objects.applicationByAppId(clientId);
  const servicePrincipal = objects.servicePrincipalByAppId(clientId);
  if (!application && !isFirstPartyPublicClient(clientId.toLowerCase())) {
    throw aadsts.unknownApplication(clientId, objects.tenant().displayName);
  }
  if (servicePrincipal && !servicePrincipal.accountEnabled) {
    throw aadsts.disabledApplication(clientId, servicePrincipal.displayName);
  }
  const displayName = application?.displayName ?? servicePrincipal?.displayName ?? clientId;
  return { clientId: clientId.toLowerCase(), displayName, proof: 'none', application, servicePrincipal };
}

/** Refuses a confidential client that came without proof. */
export function demandProof({ proof, application }: Client, redirectUri?: string): void {
  if (proof !== 'none' || !application) return;
  if (application.properties['isFallbackPublicClient'] === true) return;
  const { publicClient, spa } = redirectUrisOf(application);
  const publicUris = [...publicClient, ...spa];
  if (
    redirectUri === undefined
      ? publicUris.length > 0
      : publicUris.some((uri) => sameRedirect(uri, redirectUri))
  )
    return;
  throw aadsts.secretRequired();
}

/** Checks a redirect URI; tells whether it belongs to a page in a browser, which needs PKCE. */
export function checkRedirect(
  client: Client,
  redirectUri: string,
  origins: IdentityOrigins,
): { readonly spa: boolean } {
  const refused = aadsts.unknownRedirect(redirectUri, client.clientId);
  if (!URL.canParse(redirectUri)) throw refused;
  const url = new URL(redirectUri);
  if (client.application) {
    const { web, spa, publicClient } = redirectUrisOf(client.application);
    if (spa.some((uri) => sameRedirect(uri, redirectUri))) return { spa: true };
    if ([...web, ...publicClient].some((uri) => sameRedirect(uri, redirectUri))) return { spa: false };
    throw refused;
  }
  if (url.protocol === 'http:' && isLoopback(url)) return { spa: false };
  const own = [origins.login, origins.resourceManager].includes(url.origin);
  if (own && url.pathname.endsWith('/oauth2/nativeclient')) return { spa: false };
  if (own && client.clientId === firstPartyApplications.azurePortal) return { spa: true };
  throw refused;
}

/** Exactly, but for the port of a loopback address (RFC 8252, section 7.3). */
function sameRedirect(registered: string, given: string): boolean {
  if (registered === given) return true;
  if (!URL.canParse(registered) || !URL.canParse(given)) return false;
  const [a, b] = [new URL(registered), new URL(given)];
  return (
    isLoopback(a) &&
    a.protocol === b.protocol &&
    a.hostname === b.hostname &&
    a.pathname === b.pathname &&
    a.search === b.search
  );
}

export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}

interface Presented {
  readonly clientId: string | null;
  readonly secret: string | undefined;
  readonly assertion: string | undefined;
}

function presentedCredentials({ parameters, request }: Exchange): Presented {
  const basic = /^basic\s+(\S.*)$/i.exec(request.header('authorization') ?? '')?.[1];
  if (basic !== undefined) {
    const [id = '', ...secret] = Buffer.from(basic, 'base64').toString().split(':');
    return { clientId: formDecode(id), secret: formDecode(secret.join(':')), assertion: undefined };
  }
  const assertion = parameters.get('client_assertion') ?? undefined;
  if (assertion !== undefined && parameters.get('client_assertion_type') !== jwtBearer) {
    throw aadsts.missingParameter('client_assertion_type');
  }
  return {
    clientId: parameters.get('client_id'),
    secret: parameters.get('client_secret') || undefined,
    assertion,
  };
}

/** RFC 6749, section 2.3.1: id and secret are form-encoded before they are joined. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** A JWT signed with a certificate of the application (RFC 7523). */
async function checkAssertion(
  surface: Surface,
  { clientId, application, servicePrincipal }: Client,
  assertion: string,
): Promise<void> {
  const [header, claims] = assertion.split('.').slice(0, 2).map(readPart);
  if (!header || !claims) throw aadsts.wrongAssertion('it is not a JWT.');
  // MSAL for Python pads these.
  const names = [header['x5t'], header['x5t#S256'], header['kid']].map((name) =>
    String(name).replace(/(?<!=)=+$/, ''),
  );
  const certificates = [...(application?.certificates ?? []), ...(servicePrincipal?.certificates ?? [])];
  const certificate = certificates.find(
    (one) => names.includes(one.thumbprint) || names.includes(one.thumbprintSha256),
  );
  if (!certificate) throw aadsts.wrongAssertion('no certificate of the application has this thumbprint.');
  const now = surface.clock.now();
  if (Date.parse(certificate.endDateTime) <= now) throw aadsts.wrongAssertion('the certificate has expired.');
  const { publicKey } = new X509Certificate(Buffer.from(certificate.key, 'base64'));
  await compactVerify(assertion, publicKey, { algorithms: ['RS256', 'PS256', 'ES256'] }).catch(() => {
    throw aadsts.wrongAssertion('its signature does not fit the certificate.');
  });
  checkAssertionClaims(claims, { clientId, login: surface.origins().login, now });
}

function checkAssertionClaims(
  claims: JsonObject,
  expected: { readonly clientId: string; readonly login: string; readonly now: number },
): void {
  const { iss, sub, aud, exp, nbf } = claims;
  if (iss !== expected.clientId || sub !== expected.clientId) {
    throw aadsts.wrongAssertion('its iss and sub must be the client id.');
  }
  if (typeof aud !== 'string' || (aud !== expected.login && !aud.startsWith(`${expected.login}/`))) {
    throw aadsts.wrongAssertion(`its aud must be a token endpoint of ${expected.login}.`);
  }
  if (typeof exp !== 'number' || exp * 1000 + lifetimes.clockSkewMs <= expected.now) {
    throw aadsts.wrongAssertion('it has expired.');
  }
  if (typeof nbf === 'number' && nbf * 1000 - lifetimes.clockSkewMs > expected.now) {
    throw aadsts.wrongAssertion('it is not yet valid.');
  }
}

function readPart(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
