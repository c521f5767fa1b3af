/** Where Services and URLs outside are reached: for webhooks, conversion and aggregation alike. */
export {
  type Backend,
  BackendFailure,
  Backends,
  backendOf,
  type ClientIdentity,
  NothingBehind,
  type ServiceCall,
} from './backends.ts';
export { FrontProxy, type FrontProxyIdentity } from './front-proxy.ts';
export { boundedJson, readAnswer } from './read-answer.ts';
export type { ServiceUrls } from './services.ts';
