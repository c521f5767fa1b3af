import type { HttpResponse } from '../../http/contract.ts';
import type { Surface } from '../surface.ts';
import { aadsts } from './errors.ts';
import { type Exchange, json } from './exchange.ts';

const oldestTtlSeconds = 86_400;

/** `.well-known/openid-configuration` in the form of the endpoint that was asked. */
export function openIdConfiguration(surface: Surface, exchange: Exchange): HttpResponse {
  const { login, graph } = surface.origins();
  const { adfs, version } = exchange.dialect;
  const segments = [...(adfs ? ['adfs'] : []), ...(exchange.tenantSegment ? [exchange.tenantSegment] : [])];
  const base = [login, ...segments].join('/');
  const oauth = version === 'v2' && !(adfs && !exchange.tenantSegment) ? 'oauth2/v2.0' : 'oauth2';
  const keys = version === 'v2' && !adfs ? 'discovery/v2.0/keys' : 'discovery/keys';
  return json(200, {
    token_endpoint: `${base}/${oauth}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/${keys}`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    grant_types_supported: [
      'authorization_code',
      'client_credentials',
      'password',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    code_challenge_methods_supported: ['S256', 'plain'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: surface.answers.idTokenIssuer(exchange.dialect),
    microsoft_multi_refresh_token: true,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${graph}/oidc/userinfo`,
    authorization_endpoint: `${base}/${oauth}/authorize`,
    device_authorization_endpoint: `${base}/${oauth}/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/${oauth}/logout`,
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'acr',
      'nonce',
      'preferred_username',
      'name',
      'tid',
      'ver',
      'at_hash',
      'c_hash',
      'email',
    ],
    tenant_region_scope: null,
    cloud_instance_name: new URL(login).host,
    cloud_graph_host_name: new URL(graph).host,
    msgraph_host: new URL(graph).host,
  });
}

/** The key set; short-lived in caches because keys rotate. */
export async function keySet(surface: Surface): Promise<HttpResponse> {
  return json(200, await surface.keys.jwks(), { 'cache-control': 'max-age=3600' });
}

/** Tells MSAL that this host is an authority, by which names, and where its tenant's configuration is. */
export function instanceDiscovery(surface: Surface, exchange: Exchange): HttpResponse {
  const { login } = surface.origins();
  const own = new URL(login);
  const endpoint = exchange.parameters.get('authorization_endpoint');
  const asked = endpoint !== null && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (asked?.hostname !== own.hostname) throw aadsts.unknownInstance();
  const tenant = asked.pathname.split('/')[1] || 'common';
  return json(
    200,
    {
      tenant_discovery_endpoint: `${login}/${tenant}/v2.0/.well-known/openid-configuration`,
      'api-version': exchange.parameters.get('api-version') ?? '1.1',
      metadata: [
        {
          preferred_network: own.host,
          preferred_cache: own.host,
          aliases: [...new Set([own.host, own.hostname])],
        },
      ],
    },
    { 'cache-control': `max-age=${oldestTtlSeconds}, private` },
  );
}

/** Every account signs in here: there is no federation. */
export function userRealm(surface: Surface, exchange: Exchange): HttpResponse {
  const login = exchange.rest;
  const user = surface.objects.user(login);
  const domain = login.split('@')[1] ?? '';
  if (!user && domain.toLowerCase() !== surface.objects.tenant().domain) {
    return json(200, { ver: '1.0', account_type: 'Unknown' });
  }
  return json(200, {
    ver: '1.0',
    account_type: 'Managed',
    domain_name: surface.objects.tenant().domain,
    cloud_instance_name: new URL(surface.origins().login).host,
    cloud_audience_urn: 'urn:federation:MicrosoftOnline',
  });
}
