export { type ArcRelay, type ArcRelayOptions, arcRelayPath, createArcRelay } from './arc/arc-relay.ts';
export { createRelayTokens, type RelayGrant, type RelayTokens } from './arc/relay-tokens.ts';
export {
  type BastionGateway,
  type BastionGatewayOptions,
  bastionPath,
  createBastionGateway,
} from './bastion/bastion-gateway.ts';
export {
  type ArcProxy,
  type ArcProxyOptions,
  createArcProxy,
  createProxyServer,
} from './client/arc-proxy.ts';
export { ClusterForwarder } from './client/cluster-forwarder.ts';
export type { ClusterTls, RelayAccess, RelayCredential } from './client/relay-connector.ts';
export { createTunnelListener, type TunnelListener, type TunnelOptions } from './client/tunnel-listener.ts';
export type {
  BastionAccess,
  BastionDirectory,
  BastionHost,
  Dial,
  TunnelTarget,
  WatchAdmissions,
} from './contract.ts';
export { Refusal } from './ending.ts';
export { gatewayLimits } from './limits.ts';
