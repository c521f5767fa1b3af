import { encodeJson } from '../base/index.ts';
import type { HttpRequest, HttpResponse } from '../http/contract.ts';
import type { ServiceAccountTokens } from './authn/service-account-tokens.ts';

/** Documents about service account tokens, for those who verify them elsewhere. */
export async function extraPath(
  { path }: HttpRequest,
  { tokens }: { readonly tokens: ServiceAccountTokens | undefined },
): Promise<HttpResponse | undefined> {
  if (!tokens) return undefined;
  if (path === '/openid/v1/jwks') {
    const headers = { 'content-type': 'application/jwk-set+json' };
    return { status: 200, headers, body: encodeJson(tokens.keySet()) };
  }
  if (path !== '/.well-known/openid-configuration') return undefined;
  const document = {
    issuer: tokens.issuer,
    jwks_uri: `${tokens.issuer.replace(/\/$/, '')}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
  };
  return { status: 200, headers: { 'content-type': 'application/json' }, body: encodeJson(document) };
}
