export { callerProven } from './callers.ts';
export {
  type CertificateAndKey,
  certificateLimits,
  createAuthority,
  issueClientCertificate,
  issueOwnClientCertificate,
  issueServerCertificate,
  verifyIssuedBy,
} from './certificates/authority.ts';
export type { DistinguishedName } from './certificates/certificate.ts';
export { type RequestSigner, requestSigner } from './certificates/issue-requested.ts';
export type {
  ByteSink,
  ConnectionInfo,
  Handler,
  HeaderLine,
  HttpBody,
  HttpRequest,
  HttpResponse,
  MessageSocket,
  StreamBody,
  UpgradeHandler,
  WebSocketAccept,
} from './contract.ts';
export { errorResponse, jsonResponse, statusOfCode } from './errors.ts';
export { answerErrors } from './filters.ts';
export { answerHealth, type HealthCheck } from './health.ts';
export { type InFlightLimits, inFlightLimits, type RequestClass, RequestsInFlight } from './in-flight.ts';
export {
  type AnswerStream,
  type HttpsAnswer,
  type HttpsCall,
  HttpsClient,
} from './node/client.ts';
export { createDuplexPair } from './node/duplex-pair.ts';
export type { ExchangeCall, Exchanged } from './node/exchange.ts';
export { type ListenerLimits, listenerLimits } from './node/limits.ts';
export {
  createListener,
  type Listener,
  type ListenerOptions,
  type TlsListenerOptions,
} from './node/listener.ts';
export type { TlsIdentity, TlsSettings } from './node/tls-front.ts';
export { Traffic, type TrafficLimits, trafficLimits } from './node/traffic.ts';
export { messageSocket } from './node/web-socket.ts';
export {
  type ConnectedWebSocket,
  codeOfStatus,
  connectWebSocket,
  messageIn,
  type WebSocketTarget,
} from './node/web-socket-client.ts';
export {
  type FilterFault,
  type FilterOperand,
  type FilterOperator,
  type ODataFilter,
  parseODataFilter,
} from './odata/filter.ts';
export { createRouter, type Filter, type PathParameters, type Route, withFilters } from './router.ts';
