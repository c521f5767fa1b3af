export type {
  AccessDecision,
  AccessReview,
  Authenticator,
  Authorizer,
  ResourceDefinition,
  UserInfo,
} from '../apimachinery/contract.ts';
export {
  type AuditEvent,
  type AuditOptions,
  type AuditPolicy,
  type AuditSink,
  readAuditPolicy,
} from './audit/index.ts';
export { certificateAuthenticator, tokenAuthenticator } from './authn/authenticators.ts';
export { FrontProxy, type FrontProxyIdentity } from './backends/index.ts';
export type { Answered, ApiServerOptions } from './options.ts';
export { type ApiServer, createApiServer } from './server.ts';
export { type FeatureSwitches, featureNotices } from './switches/index.ts';
export type { ActivePlugIns, PlugInSwitches } from './write/plug-ins.ts';
