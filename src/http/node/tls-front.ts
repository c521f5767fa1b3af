import type { Duplex } from 'node:stream';
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls';
import type { ListenerLimits } from './limits.ts';

/** Certificate and key of a server name, PEM. The same object each time: the TLS context made of it is kept with it. */
export interface TlsIdentity {
  /** The certificate, then those that lead to the CA. */
  readonly cert: string;
  readonly key: string;
  /** CAs named to clients when they are asked for a certificate. */
  readonly ca?: string;
}

export interface TlsSettings {
  /** Undefined refuses the handshake. `serverName` is lower case, undefined for clients that send none. */
  contextFor(serverName: string | undefined): TlsIdentity | undefined;
  /** Asks for a client certificate; it is neither required nor verified here. */
  readonly requestClientCertificate: boolean;
}

/** A TLS server of Node with the identity that it shows to clients without a server name. */
interface Terminator {
  readonly server: Server;
  identity: TlsIdentity | undefined;
}

/** Does TLS handshakes on byte streams and hands on what comes out of them. */
export class TlsFront {
  readonly #settings: TlsSettings;
  readonly #limits: ListenerLimits;
  readonly #onSecure: (socket: TLSSocket, tag: string | undefined) => void;
  readonly #contexts = new WeakMap<TlsIdentity, SecureContext>();
  /** One a tag, because Node does not say which stream a finished handshake belongs to. */
  readonly #terminators = new Map<string | undefined, Terminator>();

  constructor(
    settings: TlsSettings,
    limits: ListenerLimits,
    onSecure: (socket: TLSSocket, tag: string | undefined) => void,
  ) {
    this.#settings = settings;
    this.#limits = limits;
    this.#onSecure = onSecure;
  }

  take(stream: Duplex, tag: string | undefined): void {
    const identity = this.#settings.contextFor(undefined);
    const terminator = this.#terminators.get(tag) ?? this.#terminate(tag, identity);
    if (terminator.identity !== identity) {
      terminator.server.setSecureContext(contextOptions(identity));
      terminator.identity = identity;
    }
    terminator.server.emit('connection', stream);
  }

  #terminate(tag: string | undefined, identity: TlsIdentity | undefined): Terminator {
    const server = createServer({
      ...contextOptions(identity),
      requestCert: this.#settings.requestClientCertificate,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: this.#limits.handshakeMs,
      SNICallback: (serverName, done) => {
        const context = this.#contextFor(serverName.toLowerCase());
        if (context) done(null, context);
        else done(new Error(`no certificate for ${serverName}`));
      },
    });
    server.on('secureConnection', (socket) => this.#onSecure(socket, tag));
    // A handshake that fails is the client's affair: port scans and browsers that do not trust the CA.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    const terminator = { server, identity };
    this.#terminators.set(tag, terminator);
    return terminator;
  }

  #contextFor(serverName: string): SecureContext | undefined {
    const identity = this.#settings.contextFor(serverName);
    if (!identity) return undefined;
    let context = this.#contexts.get(identity);
    if (!context) {
      context = createSecureContext(contextOptions(identity));
      this.#contexts.set(identity, context);
    }
    return context;
  }
}

function contextOptions(identity: TlsIdentity | undefined) {
  return {
    ...identity,
    minVersion: 'TLSv1.2',
    // OpenSSL resumes no session without it once client certificates are asked for.
    sessionIdContext: 'drydock',
  } as const;
}
