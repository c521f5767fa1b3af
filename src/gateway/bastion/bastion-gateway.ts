import type { Duplex } from 'node:stream';
import {
  type AuditTrail,
  type Clock,
  CodedError,
  errorCode,
  errorMessage,
  LastingAccess,
  type Logger,
  type Moment,
  type Random,
  silentAudit,
} from '../../base/index.ts';
import {
  answerErrors,
  createRouter,
  type Handler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  type PathParameters,
  type UpgradeHandler,
  type WebSocketAccept,
  withFilters,
} from '../../http/index.ts';
import type { BastionAccess, BastionDirectory, Dial, WatchAdmissions } from '../contract.ts';
import { type Ending, endingOf, goneAway, judged } from '../ending.ts';
import { gatewayLimits } from '../limits.ts';
import { joinStreams } from '../stream/join-streams.ts';
import {
  halfCloseProtocol,
  type MessageStream,
  messageStream,
  offersHalfClose,
} from '../stream/message-stream.ts';
import { type Admission, admit, type Judges, readmit, type TokenRequest } from './admission.ts';
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
  /** Looks at every session again whenever `watch` tells of a change, and ends those that would not be admitted now. */
  follow(watch: WatchAdmissions): void;
  /** Ends what goes through a Bastion host or to a target; `reason` is what the person at the tunnel reads. */
  endSessionsOf(resourceId: string, reason: string): void;
  close(): void;
}

export interface BastionGatewayOptions extends Judges {
  readonly directory: BastionDirectory;
  readonly access: BastionAccess;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly audit?: AuditTrail;
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
    follow: (watch) => gateway.follow(watch),
    endSessionsOf: (resourceId, reason) => gateway.endSessionsOf(resourceId, reason),
    close: () => gateway.close(),
  };
}

class Gateway {
  readonly sessions: BastionSessions;
  tunnels = 0;
  readonly #options: BastionGatewayOptions;
  /** One process is one node: the id tells clients to come back here. */
  readonly #nodeId: string;
  readonly #audit: AuditTrail;
  readonly #lasting: LastingAccess;
  #watch: { close(): void } | undefined;
  #closed = false;

  constructor(options: BastionGatewayOptions) {
    this.#options = options;
    this.#audit = options.audit ?? silentAudit;
    this.#nodeId = options.random.uuid();
    this.#lasting = new LastingAccess(options);
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
    const [, mount, endpointId = '', kind, webSocketToken = '', ...rest] = request.path.split('/');
    if (`/${mount}` !== bastionPath || kind !== 'webtunnelv2' || rest.length > 0) {
      throw new CodedError('not-found', `No tunnel is served at ${request.path}.`);
    }
    this.#checkOpen();
    const tunnel: Tunnel = {};
    const session = this.sessions.redeem(endpointId, webSocketToken, (ending) => close(tunnel, ending));
    const source = request.connection.remoteAddress;
    const stream = await this.#open(session, source);
    tunnel.stream = stream;
    const halfClose = offersHalfClose(request);
    return {
      ...(halfClose ? { subprotocol: halfCloseProtocol } : {}),
      accept: (socket) => {
        const client = messageStream(socket, { halfClose });
        tunnel.client = client;
        this.#join(session, { client, stream, source });
        // It may have been ended during the handshake.
        if (tunnel.ending) client.endWith(tunnel.ending);
      },
      abandon: () => {
        stream.destroy();
        this.sessions.end(session);
      },
    };
  }

  follow(watch: WatchAdmissions): void {
    this.#watch = watch(() => this.#lasting.changed());
  }

  endSessionsOf(resourceId: string, reason: string): void {
    const wanted = resourceId.toLowerCase();
    this.sessions.endWhere(
      ({ admission: { bastion, target } }) =>
        bastion.id.toLowerCase() === wanted || target.id.toLowerCase() === wanted,
      goneAway(reason),
    );
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    this.#lasting.close();
    this.sessions.close(goneAway('The Bastion endpoint is stopping.'));
  }

  /** Ends a session once it would not be admitted any more; those of one caller to one target share the answer. */
  #watchOver(admission: Admission, admittedSince: Moment): (authToken: string) => () => void {
    const { callerId, endpointId, resourceId, port } = admission;
    const key = JSON.stringify([callerId, endpointId, resourceId, port]);
    const judge = () => judged(readmit(admission, this.#options), this.#options.log);
    return (authToken) =>
      this.#lasting.add(
        { key, judge, end: (refusal) => this.sessions.end({ authToken }, endingOf(refusal)) },
        admittedSince,
      );
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
    const since = this.#lasting.moment();
    const admission = await this.#admit(tokenRequest, request.connection.remoteAddress);
    const session = this.sessions.issue(endpointId, admission, this.#watchOver(admission, since));
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

  async #admit(tokenRequest: TokenRequest, source: string): Promise<Admission> {
    try {
      return await admit(tokenRequest, this.#options);
    } catch (thrown) {
      const { resourceId, endpointId } = tokenRequest;
      this.#refused({ resourceId, endpointId, source }, thrown);
      throw thrown;
    }
  }

  /** A stream to the target of a redeemed session, which is judged once more: things may have changed since its token. */
  async #open(session: Session, source: string): Promise<Duplex> {
    try {
      await readmit(session.admission, this.#options);
      return await this.#dial(session);
    } catch (thrown) {
      this.sessions.end(session);
      this.#refused({ ...session.admission, source }, thrown);
      throw thrown;
    }
  }

  #refused(
    asked: { resourceId: string; endpointId: string; source: string; callerId?: string },
    thrown: unknown,
  ): void {
    this.#audit.record({
      event: 'tunnel-opened',
      outcome: 'refused',
      ...(asked.callerId === undefined ? {} : { actor: { objectId: asked.callerId } }),
      source: asked.source,
      target: asked.resourceId.slice(0, auditedIdCharacters),
      reason: errorCode(thrown),
      details: { endpoint: asked.endpointId, message: errorMessage(thrown).slice(0, auditedIdCharacters) },
    });
  }

  async #dial(session: Session): Promise<Duplex> {
    const { target, port } = session.admission;
    let stream: Duplex;
    try {
      stream = await this.#options.dial(target.id, port);
    } catch (thrown) {
      if (thrown instanceof CodedError) throw thrown;
      this.#options.log.warn('a target could not be dialed', {
        target: target.id,
        error: errorMessage(thrown),
      });
      throw new CodedError('unavailable', `The target ${target.id} does not answer on port ${port}.`, thrown);
    }
    this.tunnels++;
    // Until it is joined nobody else listens.
    stream.on('error', () => {});
    stream.once('close', () => {
      this.tunnels--;
    });
    // The session may have been ended meanwhile.
    const now = this.sessions.find(session.endpointId, session.authToken);
    if (now?.state === 'connected') return stream;
    stream.destroy();
    const reason = now?.state === 'ended' ? now.ending?.reason : undefined;
    throw new CodedError('unavailable', reason ?? 'The session was ended.');
  }

  #join(session: Session, tunnel: { client: MessageStream; stream: Duplex; source: string }): void {
    const { client, stream, source } = tunnel;
    const { clock } = this.#options;
    const { callerId, bastion, target, port } = session.admission;
    const event = { actor: { objectId: callerId }, source, target: target.id } as const;
    const details = { bastion: bastion.id, port };
    const openedAt = clock.monotonic();
    this.#audit.record({ event: 'tunnel-opened', outcome: 'success', ...event, details });
    joinStreams(client, stream, {
      clock,
      onClosed: () => {
        this.sessions.end(session);
        const ended = this.sessions.find(session.endpointId, session.authToken);
        const ending = ended?.state === 'ended' ? ended.ending : undefined;
        this.#audit.record({
          event: 'tunnel-closed',
          outcome: 'success',
          ...event,
          reason: ending?.reason ?? 'closed by the client or the target',
          details: {
            ...details,
            bytesToTarget: client.receivedBytes,
            bytesToClient: client.sentBytes,
            openMs: Math.round(clock.monotonic() - openedAt),
          },
        });
      },
    });
  }

  #checkOpen(): void {
    if (this.#closed) throw new CodedError('unavailable', 'The gateway is stopping.');
  }
}

/** Both ends of a session's tunnel, as they come to be. */
interface Tunnel {
  stream?: Duplex;
  client?: MessageStream;
  ending?: Ending;
}

const auditedIdCharacters = 1024;

function close(tunnel: Tunnel, ending: Ending | undefined): void {
  if (ending) {
    tunnel.ending = ending;
    tunnel.client?.endWith(ending);
  }
  tunnel.stream?.destroy();
}
