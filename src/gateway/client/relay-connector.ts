import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { type Clock, CodedError, errorCode, errorMessage } from '../../base/index.ts';
import { connectWebSocket } from '../../http/index.ts';
import { gatewayLimits } from '../limits.ts';
import { halfCloseProtocol, messageStream } from '../stream/message-stream.ts';

/** The right to use the relay for some time. */
export interface RelayCredential {
  readonly hybridConnectionName: string;
  readonly token: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

export interface RelayAccess {
  /** Where the relay is mounted, e.g. `wss://localhost:8443/arc/relay`. */
  readonly url: string;
  /** PEM of the CA of the relay's server. */
  readonly ca: string;
  /** Asked for when there is none, shortly before it expires, and after it was refused. */
  readonly credential: () => Promise<RelayCredential>;
  /** A connection was ended by the relay, which said why; once when several end for the same reason. */
  readonly onEnded?: (reason: string) => void;
}

export interface ClusterTls {
  /** Name in the certificate of the cluster's API server. */
  readonly serverName: string;
  readonly ca: string;
}

/** As az does: five minutes before the end. */
const renewBeforeMs = 300_000;

/** Opens TLS connections to a cluster through the relay. */
export class RelayConnector {
  readonly #relay: RelayAccess;
  readonly #cluster: ClusterTls;
  readonly #clock: Clock;
  readonly #agent: Agent;
  readonly #secureContext: SecureContext;
  #credential: Promise<RelayCredential> | undefined;
  #saidReason: string | undefined;

  constructor(relay: RelayAccess, cluster: ClusterTls, clock: Clock) {
    this.#relay = relay;
    this.#cluster = cluster;
    this.#clock = clock;
    this.#agent = new Agent({ secureContext: createSecureContext({ ca: relay.ca, minVersion: 'TLSv1.2' }) });
    this.#secureContext = createSecureContext({ ca: cluster.ca, minVersion: 'TLSv1.2' });
  }

  async connect(): Promise<TLSSocket> {
    return this.#secure(await this.#open());
  }

  close(): void {
    this.#agent.destroy();
  }

  async #open(): Promise<Duplex> {
    try {
      return await this.#openWith(await this.#current());
    } catch (thrown) {
      if (errorCode(thrown) !== 'unauthenticated') throw thrown;
      // The server may have changed its key: once more with a fresh credential.
      this.#credential = undefined;
      return this.#openWith(await this.#current());
    }
  }

  async #openWith({ hybridConnectionName, token }: RelayCredential): Promise<Duplex> {
    const path = hybridConnectionName.split('/').map(encodeURIComponent).join('/');
    const { socket, subprotocol } = await connectWebSocket({
      url: `${this.#relay.url}/${path}`,
      headers: { ServiceBusAuthorization: token },
      subprotocols: [halfCloseProtocol],
      agent: this.#agent,
      handshakeMs: gatewayLimits.handshakeMs,
    });
    this.#saidReason = undefined;
    return messageStream(socket, {
      halfClose: subprotocol === halfCloseProtocol,
      onEnded: (reason) => {
        if (this.#saidReason === reason) return;
        this.#saidReason = reason;
        this.#relay.onEnded?.(reason);
      },
    });
  }

  async #current(): Promise<RelayCredential> {
    const known = this.#credential;
    if (known) {
      const credential = await known;
      if (credential.expiresAt * 1000 - this.#clock.now() > renewBeforeMs) return credential;
    }
    // Somebody else may have asked while this call waited.
    if (this.#credential === known) {
      const asked = this.#relay.credential();
      this.#credential = asked;
      asked.catch(() => {
        if (this.#credential === asked) this.#credential = undefined;
      });
    }
    return this.#credential ?? this.#relay.credential();
  }

  #secure(stream: Duplex): Promise<TLSSocket> {
    const { serverName } = this.#cluster;
    const socket = connectTls({
      socket: stream,
      servername: serverName,
      secureContext: this.#secureContext,
      ALPNProtocols: ['http/1.1'],
    });
    return new Promise((resolve, reject) => {
      socket.once('close', () => stream.destroy());
      socket.once('error', (error) => {
        stream.destroy();
        reject(
          new CodedError(
            'unavailable',
            `No secure connection to ${serverName}: ${errorMessage(error)}.`,
            error,
          ),
        );
      });
      socket.once('secureConnect', () => {
        socket.on('error', () => {});
        resolve(socket);
      });
    });
  }
}
