import type { JsonObject } from '../../../../../../base/index.ts';
import type { Values } from '../../../../declaration.ts';
import { boolean } from '../../../../declare/flags.ts';

/** What create and update of a peering switch. */
export const switches = {
  allowAccess: boolean('--allow-vnet-access', 'Whether machines of the two networks reach each other.'),
  allowForwarded: boolean('--allow-forwarded-traffic', 'Whether forwarded traffic is allowed.'),
  allowTransit: boolean(
    '--allow-gateway-transit',
    'Whether the remote network may use gateways of this one.',
  ),
  useRemoteGateways: boolean(
    '--use-remote-gateways',
    "Whether this network uses the remote network's gateways.",
  ),
  completeVnets: boolean('--peer-complete-vnets', 'Whether the complete address spaces are peered.'),
};

/** The properties that were given, under the names of the service. */
export function switchedProperties(flags: Values<typeof switches>): JsonObject {
  const given = {
    allowVirtualNetworkAccess: flags.allowAccess,
    allowForwardedTraffic: flags.allowForwarded,
    allowGatewayTransit: flags.allowTransit,
    useRemoteGateways: flags.useRemoteGateways,
    peerCompleteVnets: flags.completeVnets,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
