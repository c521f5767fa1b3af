import { CodedError } from '../../base/index.ts';

/** A refusal in Entra's words: OAuth error, AADSTS number and text. */
export class LoginError extends Error {
  readonly status: number;
  /** RFC 6749 or OpenID Connect error code. */
  readonly error: string;
  readonly number: number;

  constructor(refusal: {
    readonly status?: number;
    readonly error: string;
    readonly number: number;
    readonly text: string;
  }) {
    super(`AADSTS${refusal.number}: ${refusal.text}`);
    this.name = 'LoginError';
    this.status = refusal.status ?? 400;
    this.error = refusal.error;
    this.number = refusal.number;
  }
}

type Refusal = (...words: string[]) => LoginError;

function refusal(error: string, number: number, text: (...words: string[]) => string): Refusal {
  const status = error === 'invalid_client' || number === 7000229 || number === 7000112 ? 401 : 400;
  return (...words) => new LoginError({ status, error, number, text: text(...words) });
}

/**
 * Every refusal of the login endpoints. Numbers and texts are Entra's
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes); clients match on the numbers.
 */
export const aadsts = {
  missingParameter: refusal(
    'invalid_request',
    900144,
    (name) => `The request body must contain the following parameter: '${name}'.`,
  ),
  malformedRequest: refusal(
    'invalid_request',
    9002313,
    () => 'Invalid request. Request is malformed or invalid.',
  ),
  foreignForm: refusal(
    'invalid_request',
    900561,
    () =>
      'The form was not sent from the sign-in page of this session. Go back to the application and start again.',
  ),
  unknownTenant: refusal(
    'invalid_request',
    90002,
    (tenant) =>
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  ),
  malformedTenant: refusal(
    'invalid_request',
    900023,
    (tenant) =>
      `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
  ),
  unknownInstance: refusal('invalid_instance', 50049, () => 'Unknown or invalid instance.'),
  unsupportedGrant: refusal(
    'unsupported_grant_type',
    70003,
    (grant) => `The app requested an unsupported grant type '${grant}'.`,
  ),
  unsupportedResponseType: refusal(
    'unsupported_response_type',
    700054,
    (type) => `response_type '${type}' is not enabled for the application.`,
  ),
  unsupportedResponseMode: refusal(
    'invalid_request',
    90023,
    (mode) => `The response_mode '${mode}' is not supported. Use query, fragment or form_post.`,
  ),
  unknownApplication: refusal(
    'unauthorized_client',
    700016,
    (id, tenant) =>
      `Application with identifier '${id}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  ),
  noServicePrincipal: refusal(
    'unauthorized_client',
    7000229,
    (id, tenant) =>
      `The client application ${id} is missing service principal in the tenant ${tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
  ),
  disabledApplication: refusal(
    'unauthorized_client',
    7000112,
    (id, name) => `Application '${id}'(${name}) is disabled.`,
  ),
  wrongSecret: refusal(
    'invalid_client',
    7000215,
    (id) =>
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${id}'.`,
  ),
  expiredSecret: refusal(
    'invalid_client',
    7000222,
    (id) =>
      `The provided client secret keys for app '${id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
  ),
  secretRequired: refusal(
    'invalid_client',
    7000218,
    () => "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ),
  clientIsPublic: refusal(
    'invalid_client',
    700025,
    () => "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  ),
  wrongAssertion: refusal(
    'invalid_client',
    700027,
    (reason) =>
      `The certificate with identifier used to sign the client assertion is not registered on application, or the assertion is not valid: ${reason}`,
  ),
  wrongPassword: refusal(
    'invalid_grant',
    50126,
    () => 'Error validating credentials due to invalid username or password.',
  ),
  unknownUser: refusal(
    'invalid_grant',
    50034,
    (tenant) =>
      `The user account {EUII Hidden} does not exist in the ${tenant} directory. To sign into this application, the account must be added to the directory.`,
  ),
  disabledUser: refusal('invalid_grant', 50057, () => 'The user account is disabled.'),
  lockedUser: refusal(
    'invalid_grant',
    50053,
    () =>
      "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
  ),
  lockedClient: refusal(
    'invalid_client',
    50053,
    (id) =>
      `The application '${id}' is locked for your network: too many wrong credentials came from it. Try again in a minute.`,
  ),
  passwordMustChange: refusal('invalid_grant', 50055, () => 'The password is expired.'),
  weakPassword: refusal(
    'invalid_grant',
    50193,
    () =>
      'The new password does not comply with password complexity requirements, or the two entries differ.',
  ),
  noSession: refusal(
    'login_required',
    50058,
    () => 'A silent sign-in request was sent but no user is signed in.',
  ),
  declined: refusal('access_denied', 65004, () => 'User declined to consent to access the app.'),
  unknownRedirect: refusal(
    'invalid_request',
    50011,
    (uri, app) =>
      `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${app}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.`,
  ),
  otherRedirect: refusal(
    'invalid_grant',
    500112,
    (given, asked) =>
      `The reply address '${given}' does not match the reply address '${asked}' provided when requesting Authorization code.`,
  ),
  codeUsed: refusal(
    'invalid_grant',
    54005,
    () =>
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ),
  codeExpired: refusal(
    'invalid_grant',
    70008,
    () =>
      'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ),
  invalidGrant: refusal('invalid_grant', 70000, () => 'Provided grant is invalid or malformed.'),
  refreshTokenExpired: refusal(
    'invalid_grant',
    700082,
    () =>
      'The refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ),
  grantRevoked: refusal(
    'invalid_grant',
    50173,
    () =>
      'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
  ),
  verifierMismatch: refusal(
    'invalid_grant',
    501481,
    () => 'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  ),
  verifierRequired: refusal(
    'invalid_request',
    9002325,
    () => 'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
  ),
  challengeUnsupported: refusal(
    'invalid_request',
    501491,
    (method) => `Invalid or unsupported code_challenge or code_challenge_method '${method}'. Use S256.`,
  ),
  authorizationPending: refusal(
    'authorization_pending',
    70016,
    () => 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  ),
  deviceDeclined: refusal('authorization_declined', 70018, () => 'The user declined the sign-in request.'),
  deviceCodeExpired: refusal(
    'expired_token',
    70020,
    () =>
      "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  ),
  wrongDeviceCode: refusal(
    'bad_verification_code',
    70019,
    () => "The provided value for the input parameter 'device_code' is not valid.",
  ),
  wrongUserCode: refusal(
    'invalid_grant',
    70021,
    () => 'That code did not work. Check the code and try again.',
  ),
  unknownResource: refusal(
    'invalid_resource',
    500011,
    (resource, tenant) =>
      `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  ),
  severalResources: refusal(
    'invalid_request',
    28000,
    (scope) =>
      `Provided value for the input parameter scope is not valid because it contains more than one resource. Scope ${scope} is not valid.`,
  ),
  notDefaultScope: refusal(
    'invalid_scope',
    1002012,
    (scope) =>
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  ),
  busy: refusal('temporarily_unavailable', 90033, () => 'A transient error has occurred. Please try again.'),
  serverError: refusal(
    'server_error',
    90099,
    () => 'The request could not be processed because of an internal error.',
  ),
  unknownEndpoint: refusal(
    'invalid_request',
    900561,
    () => 'The endpoint does not exist or does not accept this method.',
  ),
};

/** Any thrown value as a refusal. */
export function asLoginError(thrown: unknown): LoginError {
  if (thrown instanceof LoginError) return thrown;
  if (thrown instanceof CodedError) {
    if (thrown.code === 'too-many' || thrown.code === 'conflict' || thrown.code === 'unavailable')
      return aadsts.busy();
    if (thrown.code === 'too-large' || thrown.code === 'request-timeout') return aadsts.malformedRequest();
  }
  return new LoginError({
    status: 500,
    error: 'server_error',
    number: 90099,
    text: aadsts.serverError().message.slice(13),
  });
}

/** What a number means, for the page that `error_uri` leads to. */
export function textOfNumber(number: number): string | undefined {
  for (const make of Object.values(aadsts)) {
    const error = make('...', '...');
    if (error.number === number) return error.message;
  }
  return undefined;
}
