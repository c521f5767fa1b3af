export {
  type Audience,
  type Directory,
  type DirectoryGroup,
  type DirectoryServicePrincipal,
  type DirectoryUser,
  type FirstStart,
  firstPartyApplications,
  type Identity,
  type IdentityOptions,
  type IdentityOrigins,
  type IssuedToken,
  type Keys,
  type Principal,
  type PublicKey,
  type Tenant,
  type TenantOptions,
  type TokenAnswer,
  type TokenRefusal,
  type Tokens,
} from './contract.ts';
export { credentialsRemoved } from './credentials.ts';
export { parseGraphPath } from './graph/paths.ts';
export { createIdentity } from './identity.ts';
export { identityLimits, lifetimes } from './limits.ts';
