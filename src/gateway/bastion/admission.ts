import type { BastionAccess, BastionDirectory, BastionHost, TunnelTarget } from '../contract.ts';
import { Refusal } from '../ending.ts';

/** A token request as the client sent it. */
export interface TokenRequest {
  readonly endpointId: string;
  readonly resourceId: string;
  readonly protocol: string;
  readonly port: number;
  readonly accessToken: string;
}

/** Who may connect to what, through which host. */
export interface Admission extends Wanted {
  readonly bastion: BastionHost;
  readonly target: TunnelTarget;
}

/** What a caller asked for: enough to decide again. */
export interface Wanted {
  readonly callerId: string;
  readonly endpointId: string;
  readonly resourceId: string;
  readonly port: number;
}

export interface Judges {
  readonly directory: BastionDirectory;
  readonly access: BastionAccess;
}

/** Decides on a token request; every refusal is a CodedError that names the reason. */
export async function admit(request: TokenRequest, judges: Judges): Promise<Admission> {
  const { objectId } = await judges.access.authenticate(request.accessToken);
  const { endpointId, port } = request;
  const resourceId = withoutStrayDollar(request.resourceId);
  return judge({ callerId: objectId, endpointId, resourceId, port }, judges, (bastion) => {
    requireUsable(bastion);
    requireProvisioned(bastion);
    requireTunnelProtocol(request);
  });
}

/** Decides again on what was admitted, from the facts of this moment. Throws the Refusal of today. */
export async function readmit(wanted: Wanted, judges: Judges): Promise<void> {
  if (!judges.access.isActive(wanted.callerId))
    throw new Refusal('unauthenticated', 'Your account was disabled or deleted.');
  // A host that is being updated keeps what it carries.
  await judge(wanted, judges, requireUsable);
}

/** Rights come first, so that nobody learns the state of what they may not read. */
async function judge(
  wanted: Wanted,
  judges: Judges,
  requireFit: (bastion: BastionHost) => void,
): Promise<Admission> {
  const { resourceId, port } = wanted;
  const caller = { objectId: wanted.callerId };
  const bastion = await findBastion(wanted.endpointId, judges.directory);
  const targetType = typeOfResource(resourceId);
  await requireRight(judges.access, caller, {
    action: 'Microsoft.Network/bastionHosts/read',
    scope: bastion.id,
  });
  await requireRight(judges.access, caller, {
    action: 'Microsoft.Network/virtualNetworks/read',
    scope: bastion.networkId,
  });
  requireFit(bastion);
  await requireRight(judges.access, caller, { action: `${targetType}/read`, scope: resourceId });
  const target = await judges.directory.target(resourceId);
  if (!target) {
    throw new Refusal(
      'not-found',
      `The target resource ${resourceId} does not exist.`,
      'The target was deleted.',
    );
  }
  if (target.deleting) throw new Refusal('conflict', 'The target is being deleted.');
  await requireReachable(bastion, target, judges.directory);
  if (!target.ports.includes(port)) {
    const served = target.ports.join(', ') || 'none';
    throw new Refusal('invalid', `The target does not serve port ${port}. Ports that it serves: ${served}.`);
  }
  return { ...wanted, bastion, target };
}

async function findBastion(endpointId: string, directory: BastionDirectory): Promise<BastionHost> {
  const bastion = await directory.bastion(endpointId);
  if (!bastion)
    throw new Refusal(
      'not-found',
      'There is no Bastion host behind this endpoint; it may be deleted.',
      'The Bastion host was deleted.',
    );
  return bastion;
}

/** Azure's page prints the id with a `$` behind it, and the unmodified az sends it along. */
function withoutStrayDollar(resourceId: string): string {
  return resourceId.endsWith('$') ? resourceId.slice(0, -1) : resourceId;
}

/** `Microsoft.ContainerService/managedClusters` of an ARM id: its last provider namespace and the types behind it. */
function typeOfResource(resourceId: string): string {
  const segments = resourceId.split('/');
  const provider = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers');
  const [namespace = '', ...path] = provider < 0 ? [] : segments.slice(provider + 1);
  const types = path.filter((_segment, i) => i % 2 === 0);
  const complete = segments[0] === '' && namespace !== '' && path.length >= 2 && path.length % 2 === 0;
  if (!complete || path.includes('')) {
    throw new Refusal('invalid', `resourceId ${JSON.stringify(resourceId)} is not a resource id.`);
  }
  if (types[0]?.toLowerCase() === 'bh-hostconnect') {
    throw new Refusal(
      'unsupported',
      'Connections to an IP address are not served; name the target by its id.',
    );
  }
  return [namespace, ...types].join('/');
}

function requireUsable(bastion: BastionHost): void {
  if (bastion.sku === 'Basic' || bastion.sku === 'Developer') {
    throw new Refusal(
      'invalid',
      `The SKU of the Bastion host is ${bastion.sku}; native client connections need Standard or Premium.`,
    );
  }
  if (!bastion.nativeClient) {
    throw new Refusal('invalid', 'Native client support (enableTunneling) is off on this Bastion host.');
  }
  if (bastion.deleting) throw new Refusal('conflict', 'The Bastion host is being deleted.');
}

function requireProvisioned(bastion: BastionHost): void {
  if (bastion.provisioned) return;
  throw new Refusal('conflict', 'The Bastion host is not provisioned yet or has failed; look at its state.');
}

function requireTunnelProtocol({ protocol, port }: TokenRequest): void {
  if (protocol !== 'tcptunnel') {
    throw new Refusal('invalid', `protocol ${JSON.stringify(protocol)} is not served; use tcptunnel.`);
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Refusal('invalid', 'workloadHostPort is a port number between 1 and 65535.');
  }
}

async function requireRight(
  access: BastionAccess,
  caller: { readonly objectId: string },
  right: { readonly action: string; readonly scope: string },
): Promise<void> {
  if (await access.can(caller, right.action, right.scope)) return;
  throw new Refusal(
    'forbidden',
    `The client with object id '${caller.objectId}' does not have authorization to perform action '${right.action}' over scope '${right.scope}'.`,
    `You no longer have the right ${right.action} that this tunnel needs.`,
  );
}

async function requireReachable(bastion: BastionHost, target: TunnelTarget, directory: BastionDirectory) {
  if (target.networkId === undefined) {
    throw new Refusal(
      'forbidden',
      'The target has no endpoint in a virtual network that Bastion could reach.',
    );
  }
  if (await directory.reaches(bastion.networkId, target.networkId)) return;
  throw new Refusal(
    'forbidden',
    `The Bastion host's virtual network ${bastion.networkId} does not reach the target's network ${target.networkId}. Peer the two networks in both directions.`,
    "The Bastion host's network does not reach the target's network any more.",
  );
}
