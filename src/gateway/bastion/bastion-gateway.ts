import type { Duplex } from 'node:stream';
import { type Clock, CodedError, errorMessage, type Logger, type Random } from '../../base/index.ts';
import {
  answerErrors,
  createRouter,
  type Handler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  type MessageSocket,
  type PathParameters,
  type UpgradeHandler,
  type WebSocketAccept,
  withFilters,
} from '../../http/index.ts';
import type { BastionAccess, BastionDirectory, Dial } from '../contract.ts';
import { gatewayLimits } from '../limits.ts';
import { joinStreams } from '../stream/join-streams.ts';
import { halfCloseProtocol, messageStream, offersHalfClose } from '../stream/message-stream.ts';
import { admit, type Judges } from './admission.ts';
import { BastionSessions, type Session } from './sessions.ts';

/** The Bastion data plane: tokens over HTTPS, tunnels over WebSocket. */
export interface BastionGateway {
  /** Answers below `/bastion/{endpointId}/api`. */
  readonly handler: Handler;
  /** Takes `/bastion/{endpointId}/webtunnelv2/{websocketToken}`. */
  readonly upgrade: UpgradeHandler;
  /** Sessions that wait for their WebSocket or have a tunnel. */
  sessions(): number;
  /** Byte streams to targets that are open. */
  tunnels(): number;
  /** Ends what goes through a Bastion host or to a target, e.g. because it is deleted. */
  endSessionsOf(resourceId: string): void;
  close(): void;
}

export interface BastionGatewayOptions extends Judges {
  readonly directory: BastionDirectory;
  readonly access: BastionAccess;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** The path under which the gateway is mounted; a Bastion host's `dnsName` is `host:port/bastion/{endpointId}`. */
export const bastionPath = '/bastion';

/** Makes the gateway. Wire protocol: what azure-cli's bastion extension 1.4 speaks. */
export function createBastionGateway(options: BastionGatewayOptions): BastionGateway {
  const gateway = new Gateway(options);
  return {
    handler: withFilters([answerErrors(options.log)], gateway.routes()),
    upgrade: (request) => gateway.upgrade(request),
    sessions: () => gateway.sessions.live,
    tunnels: () => gateway.tunnels,
    endSessionsOf: (resourceId) => gateway.endSessionsOf(resourceId),
    close: () => gateway.close(),
  };
}

class Gateway {
  readonly sessions: BastionSessions;
  tunnels = 0;
  readonly #options: BastionGatewayOptions;
  /** One process is one node: the id tells clients to come back here. */
  readonly #nodeId: string;
  #closed = false;

  constructor(options: BastionGatewayOptions) {
    this.#options = options;
    this.#nodeId = options.random.uuid();
    this.sessions = new BastionSessions(options.clock, options.random);
  }

  routes(): Handler {
    return createRouter([
      {
        methods: ['POST'],
        path: `${bastionPath}/{endpointId}/api/tokens`,
        handle: (request, parameters) => this.#issueToken(request, parameters),
      },
      {
        methods: ['DELETE'],
        path: `${bastionPath}/{endpointId}/api/tokens/{authToken}`,
        handle: (_request, parameters) => this.#deleteSession(parameters),
      },
    ]);
  }

  async upgrade(request: HttpRequest): Promise<HttpResponse | WebSocketAccept> {
    const [, mount, endpointId = '', tunnel, webSocketToken = '', ...rest] = request.path.split('/');
    if (`/${mount}` !== bastionPath || tunnel !== 'webtunnelv2' || rest.length > 0) {
      throw new CodedError('not-found', `No tunnel is served at ${request.path}.`);
    }
    this.#checkOpen();
    let stream: Duplex | undefined;
    const session = this.sessions.redeem(endpointId, webSocketToken, () => stream?.destroy());
    stream = await this.#dial(session);
    const dialed = stream;
    return {
      ...(offersHalfClose(request) ? { subprotocol: halfCloseProtocol } : {}),
      accept: (socket) =>
        this.#join(session, { socket, stream: dialed, halfClose: offersHalfClose(request) }),
      abandon: () => {
        dialed.destroy();
        this.sessions.end(session);
      },
    };
  }

  endSessionsOf(resourceId: string): void {
    const wanted = resourceId.toLowerCase();
    this.sessions.endWhere(
      ({ admission: { bastion, target } }) =>
        bastion.id.toLowerCase() === wanted || target.id.toLowerCase() === wanted,
    );
  }

  close(): void {
    this.#closed = true;
    this.sessions.close();
  }

  async #issueToken(request: HttpRequest, { endpointId = '' }: PathParameters): Promise<HttpResponse> {
    this.#checkOpen();
    const body = await request.body(gatewayLimits.tokenRequestBytes);
    const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
    const accessToken = form.get('aztoken');
    if (!accessToken)
      throw new CodedError('unauthenticated', 'The form field aztoken with an access token is missing.');
    const tokenRequest = {
      endpointId,
      resourceId: form.get('resourceId') ?? '',
      protocol: form.get('protocol') ?? '',
      port: Number(form.get('workloadHostPort') ?? Number.NaN),
      accessToken,
    };
    // The field `token` names the client's earlier session; it is a hint that this gateway does not need.
    const admission = await admit(tokenRequest, this.#options);
    const session = this.sessions.issue(endpointId, admission);
    return jsonResponse(200, {
      authToken: session.authToken,
      nodeId: this.#nodeId,
      websocketToken: session.webSocketToken,
    });
  }

  #deleteSession({ endpointId = '', authToken = '' }: PathParameters): HttpResponse {
    const session = this.sessions.find(endpointId, authToken);
    if (!session) throw new CodedError('not-found', 'There is no such session; it may have ended by itself.');
    this.sessions.forget(session);
    return { status: 204 };
  }

  async #dial(session: Session): Promise<Duplex> {
    const { target, port } = session.admission;
    try {
      const stream = await this.#options.dial(target.id, port);
      this.tunnels++;
      // Until it is joined nobody else listens.
      stream.on('error', () => {});
      stream.once('close', () => {
        this.tunnels--;
      });
      // The session may have been deleted meanwhile.
      if (this.sessions.find(session.endpointId, session.authToken)?.state === 'connected') return stream;
      stream.destroy();
      throw new CodedError('unavailable', 'The session was ended.');
    } catch (thrown) {
      this.sessions.end(session);
      if (thrown instanceof CodedError) throw thrown;
      this.#options.log.warn('a target could not be dialed', {
        target: target.id,
        error: errorMessage(thrown),
      });
      throw new CodedError('unavailable', `The target ${target.id} does not answer on port ${port}.`, thrown);
    }
  }

  #join(session: Session, tunnel: { socket: MessageSocket; stream: Duplex; halfClose: boolean }): void {
    const { socket, stream, halfClose } = tunnel;
    joinStreams(messageStream(socket, { halfClose }), stream, {
      clock: this.#options.clock,
      onClosed: () => this.sessions.end(session),
    });
  }

  #checkOpen(): void {
    if (this.#closed) throw new CodedError('unavailable', 'The gateway is stopping.');
  }
}
