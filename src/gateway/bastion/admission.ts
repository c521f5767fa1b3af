import { CodedError } from '../../base/index.ts';
import type { BastionAccess, BastionDirectory, BastionHost, TunnelTarget } from '../contract.ts';

/** A token request as the client sent it. */
export interface TokenRequest {
  readonly endpointId: string;
  readonly resourceId: string;
  readonly protocol: string;
  readonly port: number;
  readonly accessToken: string;
}

/** Who may connect to what, through which host. */
export interface Admission {
  readonly callerId: string;
  readonly bastion: BastionHost;
  readonly target: TunnelTarget;
  readonly port: number;
}

export interface Judges {
  readonly directory: BastionDirectory;
  readonly access: BastionAccess;
}

/**
 * Decides on a token request; every refusal is a CodedError that names the reason. Rights come first, so that nobody
 * learns the state of what they may not read.
 */
export async function admit(request: TokenRequest, judges: Judges): Promise<Admission> {
  const caller = await judges.access.authenticate(request.accessToken);
  const bastion = await findBastion(request.endpointId, judges.directory);
  const resourceId = withoutStrayDollar(request.resourceId);
  const targetType = typeOfResource(resourceId);
  await requireRight(judges.access, caller, {
    action: 'Microsoft.Network/bastionHosts/read',
    scope: bastion.id,
  });
  await requireRight(judges.access, caller, {
    action: 'Microsoft.Network/virtualNetworks/read',
    scope: bastion.networkId,
  });
  requireUsable(bastion);
  requireTunnelProtocol(request);
  await requireRight(judges.access, caller, { action: `${targetType}/read`, scope: resourceId });
  const target = await judges.directory.target(resourceId);
  if (!target) throw new CodedError('not-found', `The target resource ${resourceId} does not exist.`);
  await requireReachable(bastion, target, judges.directory);
  if (!target.ports.includes(request.port)) {
    const served = target.ports.join(', ') || 'none';
    throw new CodedError(
      'invalid',
      `The target does not serve port ${request.port}. Ports that it serves: ${served}.`,
    );
  }
  return { callerId: caller.objectId, bastion, target, port: request.port };
}

async function findBastion(endpointId: string, directory: BastionDirectory): Promise<BastionHost> {
  const bastion = await directory.bastion(endpointId);
  if (!bastion)
    throw new CodedError('not-found', 'There is no Bastion host behind this endpoint; it may be deleted.');
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
    throw new CodedError('invalid', `resourceId ${JSON.stringify(resourceId)} is not a resource id.`);
  }
  if (types[0]?.toLowerCase() === 'bh-hostconnect') {
    throw new CodedError(
      'unsupported',
      'Connections to an IP address are not served; name the target by its id.',
    );
  }
  return [namespace, ...types].join('/');
}

function requireUsable(bastion: BastionHost): void {
  if (bastion.sku === 'Basic' || bastion.sku === 'Developer') {
    throw new CodedError(
      'invalid',
      `The SKU of the Bastion host is ${bastion.sku}; native client connections need Standard or Premium.`,
    );
  }
  if (!bastion.nativeClient) {
    throw new CodedError('invalid', 'Native client support (enableTunneling) is off on this Bastion host.');
  }
  if (!bastion.provisioned) {
    throw new CodedError(
      'conflict',
      'The Bastion host is not provisioned yet or has failed; look at its state.',
    );
  }
}

function requireTunnelProtocol({ protocol, port }: TokenRequest): void {
  if (protocol !== 'tcptunnel') {
    throw new CodedError('invalid', `protocol ${JSON.stringify(protocol)} is not served; use tcptunnel.`);
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CodedError('invalid', 'workloadHostPort is a port number between 1 and 65535.');
  }
}

async function requireRight(
  access: BastionAccess,
  caller: { readonly objectId: string },
  right: { readonly action: string; readonly scope: string },
): Promise<void> {
  if (await access.can(caller, right.action, right.scope)) return;
  throw new CodedError(
    'forbidden',
    `The client with object id '${caller.objectId}' does not have authorization to perform action '${right.action}' over scope '${right.scope}'.`,
  );
}

async function requireReachable(bastion: BastionHost, target: TunnelTarget, directory: BastionDirectory) {
  if (target.networkId === undefined) {
    throw new CodedError(
      'forbidden',
      'The target has no endpoint in a virtual network that Bastion could reach.',
    );
  }
  if (await directory.reaches(bastion.networkId, target.networkId)) return;
  throw new CodedError(
    'forbidden',
    `The Bastion host's virtual network ${bastion.networkId} does not reach the target's network ${target.networkId}. Peer the two networks in both directions.`,
  );
}
