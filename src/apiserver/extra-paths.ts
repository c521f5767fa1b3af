import { encodeJson, type Metrics, utf8 } from '../base/index.ts';
import type { HttpRequest, HttpResponse } from '../http/contract.ts';
import type { ServiceAccountTokens } from './authn/service-account-tokens.ts';
import { openApiPath } from './discovery/openapi-paths.ts';
import type { ResourceRegistry } from './discovery/registry.ts';
import type { FlowControl } from './flow-control/index.ts';

export interface ExtraPathParts {
  readonly tokens: ServiceAccountTokens | undefined;
  readonly resources: ResourceRegistry;
  readonly metrics: Metrics;
  readonly processMetrics: (() => Promise<string>) | undefined;
  readonly flowControl: FlowControl | undefined;
}

const flowControlPath = '/debug/api_priority_and_fairness/';
const plainText = { 'content-type': 'text/plain; charset=utf-8' };
const metricsType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** OpenAPI, metrics, and documents about service account tokens for those who verify them elsewhere. */
export async function extraPath(
  request: HttpRequest,
  { tokens, resources, metrics, processMetrics, flowControl }: ExtraPathParts,
): Promise<HttpResponse | undefined> {
  const { path } = request;
  if (path === '/metrics') {
    const text = metrics.text() + ((await processMetrics?.()) ?? '');
    return { status: 200, headers: { 'content-type': metricsType }, body: utf8(text) };
  }
  if (path.startsWith(flowControlPath)) {
    const text = flowControl?.dump(path.slice(flowControlPath.length), request.query);
    return text === undefined ? undefined : { status: 200, headers: plainText, body: utf8(text) };
  }
  if (path.startsWith('/openapi/')) return openApiPath(request, resources);
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
