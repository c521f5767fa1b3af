import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { CodedError } from '../../base/index.ts';
import type { TlsIdentity } from '../../http/index.ts';
import { ClusterForwarder, type ForwarderOptions } from './cluster-forwarder.ts';

export interface ProxyServerOptions {
  /** Local port; 0 takes a free one. */
  readonly port: number;
  /** What the local server shows; its certificate names 127.0.0.1. */
  readonly identity: TlsIdentity;
  /** The cluster that a request is for. */
  readonly clusterOf: (message: IncomingMessage) => ClusterForwarder | undefined;
  /** Answers what is for no cluster. */
  readonly otherwise: (message: IncomingMessage, response: ServerResponse) => void;
}

export interface ArcProxyOptions extends ForwarderOptions, Pick<ProxyServerOptions, 'port' | 'identity'> {}

/** A local HTTPS server, `https://127.0.0.1:{port}/{clusterPath}`, behind which the cluster answers. */
export interface ArcProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the local half of `az connectedk8s proxy`, for one cluster. */
export async function createArcProxy(options: ArcProxyOptions): Promise<ArcProxy> {
  const { port, identity } = options;
  const cluster = new ClusterForwarder(options);
  const otherwise = () => undefined;
  const server = await createProxyServer({ port, identity, clusterOf: () => cluster, otherwise });
  return {
    port: server.port,
    async close() {
      const closed = server.close();
      cluster.close();
      await closed;
    },
  };
}

/** A local HTTPS server in front of clusters. Throws CodedError `unavailable` when the port cannot be had. */
export async function createProxyServer(options: ProxyServerOptions): Promise<ArcProxy> {
  const { cert, key } = options.identity;
  const server = createServer({ cert, key, noDelay: true });
  server.on('request', (message, response) => {
    const cluster = options.clusterOf(message);
    if (cluster) cluster.forward(message, response);
    else options.otherwise(message, response);
  });
  server.on('upgrade', (message, socket, head) => {
    const cluster = options.clusterOf(message);
    if (cluster) cluster.forwardUpgrade(message, { socket, head });
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return {
    port: await listen(server, options.port),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new CodedError('unavailable', `Port ${port} cannot be listened on: ${error.message}.`, error));
    });
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
