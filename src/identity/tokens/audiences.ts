import { withoutTrailingSlashes } from '../../base/index.ts';
import { type Audience, firstPartyApplications as apps, type IdentityOrigins } from '../contract.ts';
import type { Objects } from '../directory/objects.ts';

/** What a token is for. `application`: a registered application of the tenant, which Drydock itself does not verify. */
export interface Resource {
  readonly audience: Audience | 'application';
  /** As the caller wrote it: the token's `aud`. */
  readonly identifier: string;
}

const wellKnown: Readonly<Record<Audience, readonly string[]>> = {
  'resource-manager': ['https://management.core.windows.net', 'https://management.azure.com'],
  graph: ['https://graph.microsoft.com', 'https://graph.windows.net'],
  kubernetes: [],
  arc: [],
};

const applicationIds: Readonly<Record<Audience, readonly string[]>> = {
  'resource-manager': [apps.resourceManager],
  graph: [apps.microsoftGraph, apps.azureActiveDirectory],
  kubernetes: [apps.aksServer],
  arc: [apps.arcServer],
};

const audiences: readonly Audience[] = ['resource-manager', 'graph', 'kubernetes', 'arc'];

/** Knows which resource identifiers mean what. */
export class Audiences {
  readonly #origins: () => IdentityOrigins;
  readonly #objects: Objects;

  constructor(origins: () => IdentityOrigins, objects: Objects) {
    this.#origins = origins;
    this.#objects = objects;
  }

  /** The resource of an identifier, or undefined when the tenant has none of that name. */
  resolve(identifier: string): Resource | undefined {
    const audience = audiences.find((one) => this.accepts(identifier, one));
    if (audience) return { audience, identifier };
    const appId = withoutTrailingSlashes(identifier.replace(/^api:\/\//i, ''));
    const known =
      this.#objects.applicationByAppId(appId) ??
      this.#objects.servicePrincipalByAppId(appId) ??
      this.#objects.applicationByUri(identifier) ??
      this.#objects.applicationByUri(withoutTrailingSlashes(identifier));
    return known && { audience: 'application', identifier };
  }

  /** Whether a token with this `aud` is for `audience`. */
  accepts(identifier: string, audience: Audience): boolean {
    const plain = normalize(identifier);
    if (applicationIds[audience].includes(plain) || wellKnown[audience].includes(plain)) return true;
    const origin = this.#originOf(audience);
    return origin !== undefined && plain === normalize(origin);
  }

  /** How a token for `audience` is asked for inside this process. */
  resourceOf(audience: Audience): Resource {
    const origin = this.#originOf(audience);
    return {
      audience,
      identifier: origin === undefined ? (applicationIds[audience][0] ?? '') : `${origin}/`,
    };
  }

  /** Every accepted identifier, as Resource Manager lists them in its refusal. */
  allowed(audience: Audience): string[] {
    const origin = this.#originOf(audience);
    const uris = [...wellKnown[audience], ...(origin === undefined ? [] : [origin])];
    return uris.length > 0 ? uris.flatMap((uri) => [`${uri}/`, uri]) : [...applicationIds[audience]];
  }

  #originOf(audience: Audience): string | undefined {
    const { resourceManager, graph } = this.#origins();
    if (audience === 'resource-manager') return resourceManager;
    return audience === 'graph' ? graph : undefined;
  }
}

/** Resource identifiers are compared without their trailing slash, in lower case. */
function normalize(identifier: string): string {
  return withoutTrailingSlashes(identifier).toLowerCase();
}
