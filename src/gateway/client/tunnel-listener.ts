import type { Socket } from 'node:net';
import { type Clock, CodedError, decodeJson, errorMessage, isObject, utf8 } from '../../base/index.ts';
import { codeOfStatus, connectWebSocket, type HttpsCall, HttpsClient, messageIn } from '../../http/index.ts';
import { gatewayLimits } from '../limits.ts';
import { joinStreams } from '../stream/join-streams.ts';
import { halfCloseProtocol, messageStream } from '../stream/message-stream.ts';
import { listenLocally } from './local-listener.ts';

export interface TunnelOptions {
  /** The Bastion host's `dnsName`: host, port and path without a scheme. */
  readonly endpoint: string;
  readonly resourceId: string;
  readonly resourcePort: number;
  /** Local port; 0 takes a free one. */
  readonly port: number;
  /** An ARM access token; asked for with each connection. */
  readonly accessToken: () => Promise<string>;
  /** PEM of the CA of the endpoint. */
  readonly ca: string;
  readonly clock: Clock;
  /** A connection that could not be carried; its local socket is closed. */
  readonly onError: (error: Error) => void;
}

/** A local port whose connections end at the target. */
export interface TunnelListener {
  readonly port: number;
  connections(): number;
  /** Ends all connections, deletes the session and stops listening. */
  close(): Promise<void>;
}

/** Opens the client half of `az network bastion tunnel`. No contact with the endpoint before the first connection. */
export async function createTunnelListener(options: TunnelOptions): Promise<TunnelListener> {
  const tunnel = new TunnelClient(options);
  const listener = await listenLocally(options.port, (socket) => void tunnel.carry(socket));
  return {
    port: listener.port,
    connections: () => tunnel.connections,
    async close() {
      listener.close();
      await tunnel.close();
    },
  };
}

interface Grant {
  readonly authToken: string;
  readonly nodeId: string;
  readonly webSocketToken: string;
}

const answerBytes = 1024 * 1024;

class TunnelClient {
  readonly #options: TunnelOptions;
  readonly #client: HttpsClient;
  readonly #sockets = new Set<Socket>();
  /** The session that the next token request and the deletion name. */
  #latest: Grant | undefined;
  /** Said once when many connections end for the same reason. */
  #saidReason: string | undefined;

  constructor(options: TunnelOptions) {
    this.#options = options;
    this.#client = new HttpsClient({
      clock: options.clock,
      ca: options.ca,
      connections: gatewayLimits.parallelHandshakes,
      answerBytes,
    });
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async carry(local: Socket): Promise<void> {
    local.on('error', () => {});
    this.#sockets.add(local);
    local.once('close', () => this.#left(local));
    try {
      const remote = await this.#connect();
      joinStreams(local, remote, { clock: this.#options.clock, onClosed: () => {} });
    } catch (thrown) {
      local.destroy();
      this.#options.onError(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    try {
      await this.#deleteSession();
    } finally {
      this.#client.close();
    }
  }

  async #connect() {
    const grant = await this.#requestToken();
    const { endpoint } = this.#options;
    const node = encodeURIComponent(grant.nodeId);
    const { socket, subprotocol } = await connectWebSocket({
      url: `wss://${endpoint}/webtunnelv2/${encodeURIComponent(grant.webSocketToken)}?X-Node-Id=${node}`,
      subprotocols: [halfCloseProtocol],
      agent: this.#client.agent,
      handshakeMs: gatewayLimits.handshakeMs,
    });
    this.#saidReason = undefined;
    return messageStream(socket, {
      halfClose: subprotocol === halfCloseProtocol,
      onEnded: (reason) => this.#ended(reason),
    });
  }

  #ended(reason: string): void {
    if (this.#saidReason === reason) return;
    this.#saidReason = reason;
    this.#options.onError(new CodedError('unavailable', `The tunnel was closed: ${reason}`));
  }

  async #requestToken(): Promise<Grant> {
    const { endpoint, resourceId, resourcePort } = this.#options;
    const form = new URLSearchParams({
      resourceId,
      protocol: 'tcptunnel',
      workloadHostPort: String(resourcePort),
      aztoken: await this.#options.accessToken(),
    });
    if (this.#latest) form.set('token', this.#latest.authToken);
    const { status, text } = await this.#send({
      method: 'POST',
      url: `https://${endpoint}/api/tokens`,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(this.#latest ? { 'x-node-id': this.#latest.nodeId } : {}),
      },
      body: form.toString(),
    });
    if (status !== 200) {
      throw new CodedError(
        codeOfStatus(status),
        messageIn(text) ?? `The Bastion endpoint answered ${status}.`,
        text,
      );
    }
    this.#latest = parseGrant(text);
    return this.#latest;
  }

  #left(local: Socket): void {
    this.#sockets.delete(local);
    if (this.#sockets.size === 0) void this.#deleteSession().catch(this.#options.onError);
  }

  /** With the last connection the session goes; the next one starts afresh. */
  async #deleteSession(): Promise<void> {
    const session = this.#latest;
    this.#latest = undefined;
    if (!session) return;
    await this.#send({
      method: 'DELETE',
      url: `https://${this.#options.endpoint}/api/tokens/${encodeURIComponent(session.authToken)}`,
      headers: { 'x-node-id': session.nodeId },
    });
  }

  /** Throws `unavailable` when there is no answer. */
  async #send(call: HttpsCall): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const { status, body } = await this.#client.send(call);
      return { status, text: body.toString('utf8') };
    } catch (thrown) {
      const { host } = new URL(call.url);
      throw new CodedError('unavailable', `${host} cannot be reached: ${errorMessage(thrown)}.`, thrown);
    }
  }
}

function parseGrant(text: string): Grant {
  const answer = decodeJson(utf8(text));
  if (isObject(answer)) {
    const { authToken, nodeId, websocketToken } = answer;
    if (typeof authToken === 'string' && typeof nodeId === 'string' && typeof websocketToken === 'string') {
      return { authToken, nodeId, webSocketToken: websocketToken };
    }
  }
  throw new CodedError('unavailable', 'The Bastion endpoint gave an answer without tokens.', text);
}
