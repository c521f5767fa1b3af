import { once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import {
  type AuditEvent,
  type Clock,
  CodedError,
  silentLogger,
  systemClock,
  systemRandom,
} from '../../src/base/index.ts';
import {
  type BastionGateway,
  type BastionHost,
  createBastionGateway,
  createTunnelListener,
  type TunnelListener,
  type TunnelTarget,
} from '../../src/gateway/index.ts';
import { createAuthority, createListener, issueServerCertificate } from '../../src/http/index.ts';

const issuing = { clock: systemClock, random: systemRandom };
export const authority = createAuthority({ commonName: 'Test CA', ...issuing });
export const ca = authority.certificatePem;

export function identityFor(...hostNames: string[]) {
  const issued = issueServerCertificate(authority, {
    hostNames,
    ipAddresses: ['127.0.0.1', '::1'],
    ...issuing,
  });
  return { cert: issued.certificatePem, key: issued.privateKeyPem };
}

export const hubId =
  '/subscriptions/s/resourceGroups/FL/providers/Microsoft.ContainerService/managedClusters/hub';
export const bastionId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/bastionHosts/bastion';
export const networkId =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/fleet-vnet';

/** The facts that the gateway asks for; a test changes them at will. */
export interface World {
  bastion: BastionHost | undefined;
  target: TunnelTarget | undefined;
  /** Pairs `from > to` of networks that reach each other. */
  reachable: Set<string>;
  /** `action scope` that the caller lacks. */
  denied: Set<string>;
  inactive: Set<string>;
  dial: (targetId: string, port: number) => Promise<Duplex>;
}

export interface Testbed {
  readonly world: World;
  readonly gateway: BastionGateway;
  /** Tells the gateway that something has changed. */
  readonly tell: () => void;
  readonly events: AuditEvent[];
  readonly port: number;
  readonly endpoint: string;
}

/** A gateway behind a real TLS listener, in front of what `dial` opens. */
export async function testbed(
  t: TestContext,
  options: { dial: World['dial']; clock?: Clock },
): Promise<Testbed> {
  const world: World = {
    bastion: {
      id: bastionId,
      sku: 'Standard',
      nativeClient: true,
      networkId,
      provisioned: true,
      deleting: false,
    },
    target: { id: hubId, networkId, ports: [443], deleting: false },
    reachable: new Set([`${networkId} > ${networkId}`]),
    denied: new Set(),
    inactive: new Set(),
    dial: options.dial,
  };
  const events: AuditEvent[] = [];
  const gateway = createBastionGateway({
    directory: {
      bastion: async (endpointId) => (endpointId === 'b1' ? world.bastion : undefined),
      target: async (id) => (id.toLowerCase() === world.target?.id.toLowerCase() ? world.target : undefined),
      reaches: async (from, to) => world.reachable.has(`${from} > ${to}`),
    },
    access: {
      async authenticate(accessToken) {
        if (accessToken !== 'good') throw new CodedError('unauthenticated', 'The access token is invalid.');
        return { objectId: 'ann' };
      },
      isActive: (objectId) => !world.inactive.has(objectId),
      can: async (_caller, action, scope) => !world.denied.has(`${action} ${scope}`),
    },
    dial: (targetId, port) => world.dial(targetId, port),
    clock: options.clock ?? systemClock,
    random: systemRandom,
    log: silentLogger,
    audit: { record: (event) => events.push(event) },
  });
  let tell = () => {};
  gateway.follow((onChange) => {
    tell = onChange;
    return { close() {} };
  });
  const identity = identityFor('localhost');
  const listener = createListener({
    handler: gateway.handler,
    upgrade: gateway.upgrade,
    clock: systemClock,
    log: silentLogger,
    limits: { closeGraceMs: 20 },
    tls: { contextFor: () => identity, requestClientCertificate: false },
  });
  const port = await listener.listen({ host: '127.0.0.1', port: 0 });
  await listener.listen({ host: '::1', port }).catch(() => undefined);
  t.after(async () => {
    gateway.close();
    await listener.close();
  });
  return { world, gateway, tell: () => tell(), events, port, endpoint: `localhost:${port}/bastion/b1` };
}

/** Our own tunnel client to the testbed, with the errors that it reported. */
export async function tunnelTo(
  t: TestContext,
  endpoint: string,
  options: { accessToken?: string; resourceId?: string } = {},
): Promise<{ tunnel: TunnelListener; errors: Error[]; failed: Promise<Error> }> {
  const errors: Error[] = [];
  const failure = Promise.withResolvers<Error>();
  const tunnel = await createTunnelListener({
    endpoint,
    resourceId: options.resourceId ?? hubId,
    resourcePort: 443,
    port: 0,
    accessToken: async () => options.accessToken ?? 'good',
    ca,
    clock: systemClock,
    onError: (error) => {
      errors.push(error);
      failure.resolve(error);
    },
  });
  t.after(() => tunnel.close());
  return { tunnel, errors, failed: failure.promise };
}

/** A TCP server of the test; `dial` connects to it. */
export async function tcpTarget(t: TestContext, serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const dial = async (): Promise<Duplex> => {
    const socket = connectTcp({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  };
  return { dial, sockets };
}

export function connectLocal(port: number): Socket {
  const socket = connectTcp({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => {});
  return socket;
}

/** All bytes until the other side ends. */
export async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Waits, turn by turn of the event loop, for what no event announces. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((next) => setImmediate(next));
}
