export {
  type BastionGateway,
  type BastionGatewayOptions,
  bastionPath,
  createBastionGateway,
} from './bastion/bastion-gateway.ts';
export { createTunnelListener, type TunnelListener, type TunnelOptions } from './client/tunnel-listener.ts';
export type { BastionAccess, BastionDirectory, BastionHost, Dial, TunnelTarget } from './contract.ts';
export { gatewayLimits } from './limits.ts';
