export { certificateAuthenticator, tokenAuthenticator } from './authn/authenticators.ts';
export type { ClientErrorConstructor, ClusterClient } from './client-contract.ts';
export type {
  AccessDecision,
  AccessReview,
  Authenticator,
  Authorizer,
  ResourceDefinition,
  UserInfo,
} from './contract.ts';
export type { NotEnforced } from './not-enforced.ts';
export { type ApiServer, type ApiServerOptions, createApiServer } from './server.ts';
