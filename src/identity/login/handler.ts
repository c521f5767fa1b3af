import { errorMessage } from '../../base/index.ts';
import type { Handler, HttpRequest, HttpResponse } from '../../http/contract.ts';
import { Guesses } from '../guesses.ts';
import type { Surface } from '../surface.ts';
import { authorize } from './authorize.ts';
import type { Checks } from './checks.ts';
import { deviceLogin, refusalPage } from './device-login.ts';
import { aadsts, asLoginError, textOfNumber } from './errors.ts';
import { correlationIdOf, type Exchange, errorBody, json, readParameters } from './exchange.ts';
import { logout } from './logout.ts';
import { instanceDiscovery, keySet, openIdConfiguration, userRealm } from './metadata.ts';
import { messageContent, page } from './pages.ts';
import { PasswordCheck } from './password-check.ts';
import { type LoginPath, parseLoginPath } from './paths.ts';
import { beginDeviceSignIn, token } from './token.ts';

interface Endpoint {
  readonly methods: readonly ('GET' | 'POST')[];
  /** Pages answer refusals as pages. */
  readonly page?: true;
  answer(surface: Surface, exchange: Exchange, checks: Checks): HttpResponse | Promise<HttpResponse>;
}

const getOnly = ['GET'] as const;
const postOnly = ['POST'] as const;
const both = ['GET', 'POST'] as const;

/** Every endpoint by its name in `paths.ts`. */
const endpoints: Readonly<Record<LoginPath['endpoint'], Endpoint>> = {
  configuration: { methods: getOnly, answer: openIdConfiguration },
  keys: { methods: getOnly, answer: keySet },
  'instance-discovery': { methods: getOnly, answer: instanceDiscovery },
  'user-realm': { methods: getOnly, answer: userRealm },
  token: { methods: postOnly, answer: token },
  'device-code': { methods: postOnly, answer: beginDeviceSignIn },
  authorize: { methods: both, page: true, answer: authorize },
  'device-login': { methods: both, page: true, answer: deviceLogin },
  logout: { methods: both, page: true, answer: logout },
  'native-client': {
    methods: getOnly,
    page: true,
    answer: ({ random }) =>
      page(random, { title: 'Signed in', content: messageContent('You can close this window.') }),
  },
  'error-page': { methods: getOnly, page: true, answer: errorPage },
};

function errorPage({ random }: Surface, { parameters }: Exchange): HttpResponse {
  const code = parameters.get('code') ?? '';
  const text = textOfNumber(Number(code)) ?? 'There is no error of this number.';
  return page(random, { title: 'Sign-in error', content: messageContent(text) });
}

/** OAuth 2.0 and OpenID Connect in Entra's dialect. */
export function createLoginHandler(surface: Surface): Handler {
  const checks = { passwords: new PasswordCheck(surface), clients: new Guesses(surface.clock) };
  return async (request) => {
    const correlationId = correlationIdOf(request, surface.random);
    const path = parseLoginPath(request.path);
    try {
      if (!path) return refusal(surface, correlationId, { thrown: aadsts.unknownEndpoint(), status: 404 });
      return await answer({ surface, request, path, correlationId, checks });
    } catch (thrown) {
      const error = asLoginError(thrown);
      if (error.status >= 500) {
        surface.log.error('a sign-in request failed', {
          path: request.path,
          error: errorMessage(thrown),
          correlationId,
        });
      }
      if (path && endpoints[path.endpoint].page) return refusalPage(surface, error.message, error.status);
      return refusal(surface, correlationId, { thrown: error });
    }
  };
}

interface Call {
  readonly surface: Surface;
  readonly request: HttpRequest;
  readonly path: LoginPath;
  readonly correlationId: string;
  readonly checks: Checks;
}

async function answer({ surface, request, path, correlationId, checks }: Call): Promise<HttpResponse> {
  const endpoint = endpoints[path.endpoint];
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (!endpoint.methods.some((one) => one === method)) {
    if (method === 'OPTIONS') return { status: 204, headers: { allow: endpoint.methods.join(', ') } };
    return refusal(surface, correlationId, { thrown: aadsts.unknownEndpoint(), status: 405 });
  }
  checkTenant(surface, path.tenantSegment);
  const parameters = await readParameters(request);
  const wantsResource = parameters.has('resource') || !parameters.has('scope');
  const version =
    path.version === 'v1' && !path.adfs && (wantsResource || path.endpoint === 'configuration') ? 'v1' : 'v2';
  return endpoint.answer(
    surface,
    {
      request,
      parameters,
      tenantSegment: path.tenantSegment,
      dialect: { version, adfs: path.adfs },
      rest: path.rest,
      correlationId,
    },
    checks,
  );
}

/** There is one tenant, so `organizations` and `common` mean it. */
function checkTenant({ objects }: Surface, segment: string): void {
  const { tenantId, domain } = objects.tenant();
  const name = segment.toLowerCase();
  if (['', 'common', 'organizations', tenantId, domain].includes(name)) return;
  const plausible =
    /^[0-9a-f-]{36}$/.test(name) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name) || name === 'consumers';
  throw plausible ? aadsts.unknownTenant(segment) : aadsts.malformedTenant(segment);
}

function refusal(
  surface: Surface,
  correlationId: string,
  { thrown, status }: { readonly thrown: unknown; readonly status?: number },
): HttpResponse {
  const error = asLoginError(thrown);
  const { login } = surface.origins();
  return json(status ?? error.status, errorBody(error, { ...surface, login, correlationId }));
}
