import { withoutTrailingSlashes } from '../../../base/index.ts';
import { type Estate, writeEstate } from './estate.ts';
import { Profile } from './subscriptions.ts';
import { type StoredToken, TokenCache } from './tokens.ts';

/** What makes a profile folder that is signed in from the start. */
export interface SignedInProfile {
  /** The folder that `AZURE_CONFIG_DIR` names. */
  readonly dir: string;
  /** Origins, with or without a trailing slash. */
  readonly endpoints: {
    readonly resourceManager: string;
    readonly login: string;
    readonly graph: string;
    /** Resource that Resource Manager tokens are for; default `<resourceManager>/`. */
    readonly audience?: string;
  };
  /** PEM file of the estate's CA. */
  readonly caFile: string;
  readonly account: {
    readonly userName: string;
    readonly tenantId: string;
    readonly tenantDefaultDomain?: string;
    readonly tenantDisplayName?: string;
    readonly subscriptions: readonly {
      readonly id: string;
      readonly name: string;
      readonly state?: string;
    }[];
  };
  readonly tokens: {
    readonly refreshToken: string;
    /** An access token for Resource Manager, when there is one already. */
    readonly resourceManager?: StoredToken;
  };
}

const cloudName = 'Drydock';

/** Writes the profile, the tokens (mode 0600) and `drydock.json`. What else is in the folder stays. */
export function writeSignedInProfile(signedIn: SignedInProfile): void {
  const { dir, endpoints, caFile, account, tokens } = signedIn;
  const estate: Estate = {
    resourceManager: withoutTrailingSlashes(endpoints.resourceManager),
    login: withoutTrailingSlashes(endpoints.login),
    graph: withoutTrailingSlashes(endpoints.graph),
    caFile,
    tenantId: account.tenantId,
    audience: endpoints.audience ?? `${withoutTrailingSlashes(endpoints.resourceManager)}/`,
    cloudName,
  };
  writeEstate(dir, estate);
  const subscriptions = account.subscriptions.map((one) => ({
    id: one.id,
    name: one.name,
    state: one.state ?? 'Enabled',
    user: { name: account.userName, type: 'user' },
    isDefault: false,
    tenantId: account.tenantId,
    environmentName: cloudName,
    homeTenantId: account.tenantId,
    tenantDefaultDomain: account.tenantDefaultDomain ?? null,
    tenantDisplayName: account.tenantDisplayName ?? null,
    managedByTenants: [],
  }));
  new Profile(dir).add(subscriptions, { keepActive: true });
  const cache = new TokenCache(dir);
  cache.keepCredential(account.userName, {
    kind: 'user',
    refreshToken: tokens.refreshToken,
    tenantId: account.tenantId,
  });
  if (tokens.resourceManager) {
    cache.keepAccessToken(
      account.userName,
      account.tenantId,
      `${estate.audience}/.default`,
      tokens.resourceManager,
    );
  }
}
