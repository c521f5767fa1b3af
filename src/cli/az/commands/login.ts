import { type Call, defineCommand, type Flags } from '../declaration.ts';
import { text, toggle } from '../declare/flags.ts';
import { AzError, notBuilt } from '../errors.ts';
import type { Subscription } from '../profile/subscriptions.ts';
import type { Session } from '../session.ts';
import type { SignIn } from '../sign-in/flows.ts';
import type { Account } from '../sign-in/subscriptions.ts';
import { readTokenClaims, type TokenAnswer } from '../sign-in/token-request.ts';
import { listedSubscription } from './account/shape.ts';

const identityGroup = 'Managed Identity Arguments';
const passwordWarning =
  'Authentication with username and password in the command line is strongly discouraged. Use a browser or a device code where a person is present, a service principal where none is.';

/** `az login`. */
export const command = defineCommand({
  words: 'login',
  summary: 'Sign in.',
  detail:
    'Signs in with the browser; with a device code where there is no browser. Use --service-principal for an application.',
  flags: {
    username: text('--username -u', 'User name or application id.'),
    password: text(
      '--password -p',
      'Password of the user or secret of the application. Asked for if not given.',
    ),
    servicePrincipal: toggle('--service-principal', 'Sign in as a service principal.'),
    tenant: text('--tenant -t', 'Tenant; must be given for a service principal.'),
    useDeviceCode: toggle('--use-device-code', 'Sign in with a code that is typed on another machine.'),
    allowNoSubscriptions: toggle('--allow-no-subscriptions', 'Allow an account without subscriptions.'),
    skipDiscovery: toggle(
      '--skip-subscription-discovery --skip-sub',
      'Do not ask for subscriptions. Requires --tenant.',
    ),
    subscription: text('--subscription -s', 'Subscription to make active.'),
    scope: text('--scope', 'Scope of the sign-in.'),
    certificate: text('--certificate', 'PEM file with key and certificate of a service principal.'),
    federatedToken: text('--federated-token', 'Federated token of a service principal.'),
    claimsChallenge: text('--claims-challenge', 'Base64 claims that a service demanded.'),
    identity: toggle('--identity -i', 'Sign in with a managed identity.', { group: identityGroup }),
    clientId: text('--client-id', 'Client id of the managed identity.', { group: identityGroup }),
    objectId: text('--object-id', 'Object id of the managed identity.', { group: identityGroup }),
    resourceId: text('--resource-id', 'Resource id of the managed identity.', { group: identityGroup }),
  },
  examples: [
    { text: 'Sign in with the browser.', command: 'az login' },
    { text: 'Sign in with a device code.', command: 'az login --use-device-code' },
    {
      text: 'Sign in as a service principal.',
      command: 'az login --service-principal -u APP_ID -p SECRET --tenant TENANT',
    },
  ],
  async run(call) {
    const { flags, session } = call;
    for (const [given, name] of [
      [flags.identity, '--identity'],
      [flags.certificate !== undefined, '--certificate'],
      [flags.federatedToken !== undefined, '--federated-token'],
    ] as const) {
      if (given) throw notBuilt(`'az login ${name}'`);
    }
    if (flags.skipDiscovery && flags.tenant === undefined) {
      throw new AzError('usage error: --skip-subscription-discovery requires --tenant');
    }
    const tenant = flags.tenant ?? 'organizations';
    const scope = flags.scope ?? `${session.estate.audience}/.default`;
    const account = flags.servicePrincipal
      ? await signInApplication(call, flags)
      : await signInUser(call, { session, tenant, scope }, flags);
    const found = await subscriptionsOf(call, account, flags);
    session.profile.add(found, activeOf(found, flags.subscription));
    const ids = new Set(found.map((one) => one.id));
    const kept = session.profile.subscriptions.filter(
      (one) => ids.has(one.id) && one.user.name === account.name,
    );
    return kept.map(listedSubscription);
  },
});

interface LoginFlags {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tenant: string | undefined;
  readonly useDeviceCode: boolean;
  readonly servicePrincipal: boolean;
  readonly allowNoSubscriptions: boolean;
  readonly skipDiscovery: boolean;
}

async function secretOf(call: Call<Flags>, flags: LoginFlags, question: string): Promise<string> {
  const secret = flags.password ?? (await call.context.prompt(question, { secret: true }));
  if (secret === undefined)
    throw new AzError('Please specify both username and password in non-interactive mode.');
  return secret;
}

async function signInApplication(call: Call<Flags>, flags: LoginFlags): Promise<Account> {
  const { username, tenant } = flags;
  if (username === undefined || tenant === undefined) {
    throw new AzError('usage error: --service-principal --username APP_ID --password SECRET --tenant TENANT');
  }
  const secret = await secretOf(call, flags, 'Service principal secret: ');
  const { session } = call;
  const { signInWithSecret } = await import('../sign-in/flows.ts');
  const scope = `${session.estate.audience}/.default`;
  const answer = await signInWithSecret({ session, tenant, scope }, username, secret);
  const tenantId = tenantOf(answer.accessToken) ?? tenant;
  session.tokens.keepCredential(username, { kind: 'servicePrincipal', secret, tenantId });
  keepToken(session, { account: username, tenantId, scope }, answer);
  return { name: username, type: 'servicePrincipal', homeTenantId: tenantId };
}

async function signInUser(call: Call<Flags>, signIn: SignIn, flags: LoginFlags): Promise<Account> {
  const answer = await userToken(call, signIn, flags);
  const claims = readTokenClaims(answer.idToken ?? answer.accessToken);
  const name = String(claims['preferred_username'] ?? claims['upn'] ?? flags.username ?? '');
  const tenantId = typeof claims['tid'] === 'string' ? claims['tid'] : signIn.session.estate.tenantId;
  if (answer.refreshToken === undefined) {
    throw new AzError('The sign-in service handed out no refresh token.');
  }
  const { session, scope } = signIn;
  session.tokens.keepCredential(name, { kind: 'user', refreshToken: answer.refreshToken, tenantId });
  keepToken(session, { account: name, tenantId, scope }, answer);
  return { name, type: 'user', homeTenantId: tenantId };
}

async function userToken(call: Call<Flags>, signIn: SignIn, flags: LoginFlags): Promise<TokenAnswer> {
  const flows = await import('../sign-in/flows.ts');
  if (flags.username !== undefined) {
    call.warn(passwordWarning);
    const password = await secretOf(call, flags, 'Password: ');
    return flows.signInWithPassword(signIn, flags.username, password);
  }
  if (flags.password !== undefined) throw new AzError('usage error: --password needs --username');
  if (!flags.useDeviceCode) {
    const answer = await flows.signInWithBrowser(signIn, (page) =>
      call.warn(
        `A web browser has been opened at ${page}. Please continue the login in the web browser. If no web browser is available or if the web browser fails to open, use device code flow with \`az login --use-device-code\`.`,
      ),
    );
    if (answer) return answer;
  }
  return flows.signInWithDeviceCode(signIn, (message) => call.warn(message));
}

interface TokenPlace {
  readonly account: string;
  readonly tenantId: string;
  readonly scope: string;
}

function keepToken(session: Session, { account, tenantId, scope }: TokenPlace, answer: TokenAnswer): void {
  const expiresOn = Math.floor(session.context.clock.now() / 1000) + answer.expiresInSeconds;
  session.tokens.keepAccessToken(account, tenantId, scope, { accessToken: answer.accessToken, expiresOn });
}

function tenantOf(accessToken: string): string | undefined {
  const tenant = readTokenClaims(accessToken)['tid'];
  return typeof tenant === 'string' ? tenant : undefined;
}

async function subscriptionsOf(
  call: Call<Flags>,
  account: Account,
  flags: LoginFlags,
): Promise<Subscription[]> {
  const { session } = call;
  const { findSubscriptions } = await import('../sign-in/subscriptions.ts');
  const onlyTenant = account.type === 'servicePrincipal' || flags.tenant ? account.homeTenantId : undefined;
  const found = flags.skipDiscovery ? [] : await findSubscriptions(session, account, onlyTenant);
  if (found.length > 0) return found;
  if (!flags.allowNoSubscriptions && !flags.skipDiscovery) {
    throw new AzError(`No subscriptions found for ${account.name}.`);
  }
  return [tenantLevelAccount(session, account)];
}

/** An account without subscriptions is kept under its tenant's id. */
function tenantLevelAccount(session: Session, account: Account): Subscription {
  return {
    id: account.homeTenantId,
    name: 'N/A(tenant level account)',
    state: 'Enabled',
    user: { name: account.name, type: account.type },
    isDefault: false,
    tenantId: account.homeTenantId,
    environmentName: session.estate.cloudName,
    homeTenantId: account.homeTenantId,
    tenantDefaultDomain: null,
    tenantDisplayName: null,
    managedByTenants: [],
  };
}

function activeOf(found: readonly Subscription[], wanted: string | undefined): { active?: string } {
  if (wanted === undefined) return {};
  const word = wanted.toLowerCase();
  const match = found.find((one) => one.id.toLowerCase() === word || one.name.toLowerCase() === word);
  if (!match)
    throw new AzError(`Subscription '${wanted}' not found. Check the spelling and casing and try again.`);
  return { active: match.id };
}
