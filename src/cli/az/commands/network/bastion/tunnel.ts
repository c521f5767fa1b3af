import { isIp, isObject, type JsonObject } from '../../../../../base/index.ts';
import { type Call, defineCommand, type Flags, type Values } from '../../../declaration.ts';
import { integer, required, text } from '../../../declare/flags.ts';
import { getResource } from '../../../declare/verbs.ts';
import { AzError, UsageError } from '../../../errors.ts';
import { isResourceId } from '../../../ids.ts';
import { trustedCertificates } from '../../../tunnels/certificates.ts';
import { isPortTaken, untilStopped } from '../../../tunnels/ports.ts';
import { bastion } from './noun.ts';

const tunnelSkus = new Set(['standard', 'premium']);
const addressPorts = new Set([22, 3389]);

const flags = {
  ...bastion.names,
  port: required('--port', 'Local port; 0 picks a free one.'),
  resourcePort: required('--resource-port', 'Port of the target, e.g. 443.'),
  target: text('--target-resource-id', 'ID of the target, e.g. of a cluster.'),
  address: text('--target-ip-address', 'IP address of the target.'),
  timeout: integer('--timeout', 'Seconds after which the tunnel is closed.'),
} as const;

/** `az network bastion tunnel`. */
export const command = defineCommand({
  words: 'network bastion tunnel',
  summary: 'Open a tunnel through a Bastion host to a target resource.',
  flags,
  ids: { parts: Object.keys(bastion.names), style: 'aaz' },
  examples: [
    {
      text: "Tunnel to a cluster's API server.",
      command:
        'az network bastion tunnel --name MyBastion --resource-group MyResourceGroup --target-resource-id CLUSTER_ID --resource-port 443 --port 51443',
    },
  ],
  async run(call) {
    const port = portNumber(call.flags.port, '--port');
    const resourcePort = portNumber(call.flags.resourcePort, '--resource-port');
    const host = await getResource(bastion, call);
    const properties = isObject(host['properties']) ? host['properties'] : {};
    demandNativeClient(host, properties);
    const target = targetOf(call, { properties, resourcePort });
    if (port !== 0 && (await isPortTaken(port))) throw new AzError('Defined port is currently unavailable');
    await serve(call, { endpoint: String(properties['dnsName'] ?? ''), target, port, resourcePort });
    return undefined;
  },
});

type TunnelCall = Call<Flags> & { readonly flags: Values<typeof flags> };

function portNumber(typed: string, name: string): number {
  const port = Number(typed);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`argument ${name}: '${typed}' is not a port number`);
}

function demandNativeClient(host: JsonObject, properties: JsonObject): void {
  const sku = isObject(host['sku']) ? String(host['sku']['name'] ?? '') : '';
  if (tunnelSkus.has(sku.toLowerCase()) && properties['enableTunneling'] === true) return;
  throw new AzError('Bastion Host SKU must be Standard or Premium and Native Client must be enabled.');
}

interface TargetChoice {
  readonly properties: JsonObject;
  readonly resourcePort: number;
}

/** The id to tunnel to. Azure's own page prints a stray `$` after it, which is taken off. */
function targetOf(
  call: TunnelCall,
  { properties, resourcePort }: TargetChoice,
): { id: string; address?: string } {
  const { target, address } = call.flags;
  if (address !== undefined) {
    if (/\s/.test(address)) throw new AzError(`Spaces not allowed: '${address}' `);
    if (!isIp(address)) throw new AzError('IP address provided is invalid. Give an IPv4 or IPv6 address.');
    if (properties['enableIpConnect'] !== true) {
      throw new AzError(
        '`--target-ip-address` flag cannot be used when IpConnect is not enabled. Please use --target-resource-id flag instead.',
      );
    }
    if (!addressPorts.has(resourcePort)) {
      throw new AzError(
        'Custom ports are not allowed. Allowed ports for Tunnel with IP connect is 22, 3389.',
      );
    }
    const group = `/subscriptions/${call.session.subscriptionId}/resourceGroups/${call.flags['resourceGroup']}`;
    return { id: `${group}/providers/Microsoft.Network/bh-hostConnect/${address}`, address };
  }
  const id = (target ?? '').replace(/(?<!\$)\$+$/, '');
  if (id !== (target ?? ''))
    call.warn("The '$' at the end of --target-resource-id is not part of the id; it is taken off.");
  if (isResourceId(id)) return { id };
  throw new AzError(
    'Please enter a valid resource ID. If this is not working, try opening the JSON view of your resource (in the Overview tab), and copying the full resource ID.',
  );
}

interface TunnelPlan {
  readonly endpoint: string;
  readonly target: { readonly id: string; readonly address?: string };
  readonly port: number;
  readonly resourcePort: number;
}

async function serve(call: TunnelCall, plan: TunnelPlan): Promise<void> {
  const { session, context } = call;
  const { estate } = session;
  if (plan.endpoint === '') {
    throw new AzError('The Bastion host has no endpoint yet: it is still being created.', {
      advice: ['az network bastion wait --created tells when it is ready.'],
    });
  }
  const { createTunnelListener } = await import('../../../../../gateway/index.ts');
  const listener = await createTunnelListener({
    endpoint: plan.endpoint,
    resourceId: plan.target.id,
    resourcePort: plan.resourcePort,
    port: plan.port,
    accessToken: async () => (await session.token(estate.audience)).accessToken,
    ca: trustedCertificates(session),
    clock: context.clock,
    onError: (error) => call.fail(error.message),
  });
  call.warn(`Opening tunnel on port: ${listener.port}`);
  call.warn(`Tunnel is ready, connect on port ${listener.port}`);
  call.warn('Ctrl + C to close');
  try {
    await untilStopped(context, call.flags.timeout);
  } finally {
    await listener.close();
  }
}
