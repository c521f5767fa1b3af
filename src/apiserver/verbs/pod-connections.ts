import { textOf } from '../../apimachinery/metadata.ts';
import { badRequest, internalError, StatusError } from '../../apimachinery/status.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { HttpRequest, HttpResponse, MessageSocket } from '../../http/contract.ts';
import type { Call, ClusterParts, StreamAnswer, Verb } from '../call/call.ts';
import { require } from '../call/find.ts';
import type { PodMachines } from '../call/pod-machines.ts';
import {
  channelProtocol,
  messageTransport,
  portsVersion,
  type RunProgram,
  type ServePort,
  serveChannelPorts,
  serveChannels,
  serveSpdyPorts,
  serveSpdySession,
  sessionVersion,
  socketTransport,
  type TerminalAsked,
  tunnelProtocol,
} from '../node-side/index.ts';
import { admitConnection } from './connect.ts';
import { checkContainer, checkNotDry, machineObjects, machinesOf, nodeOf } from './node-streams.ts';

/** A connection to what a caller asked for, once it may be opened. */
interface Asked {
  readonly request: HttpRequest;
  readonly options: JsonObject;
  readonly pod: JsonObject;
  readonly machines: PodMachines;
}

/** `pods/exec` and `pods/attach`: 404, 400 for a pod without a node; 501 where nothing is simulated. */
export function podSession(what: 'exec' | 'attach'): Verb {
  return async (parts, call) => {
    const { request, options, pod, machines } = await asked(parts, call, what);
    const container = checkContainer(pod, call.name, textOf(options['container']));
    if (!machines.isRunning(pod, container)) {
      throw internalError(`unable to upgrade connection: container not found ("${container}")`);
    }
    const { command } = options;
    const terminal: TerminalAsked = {
      command: Array.isArray(command) ? command.map(String) : [],
      ...{ stdin: isSet(options['stdin']), stdout: isSet(options['stdout']) },
      ...{ stderr: isSet(options['stderr']), tty: isSet(options['tty']) },
    };
    if (!terminal.stdin && !terminal.stdout && !terminal.stderr) {
      throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
    }
    const cluster = machineObjects(parts);
    const run: RunProgram = (streams, signal) =>
      what === 'exec'
        ? machines.exec(
            pod,
            cluster,
            { container, command: terminal.command, tty: terminal.tty },
            { streams, signal },
          )
        : machines.attach(pod, cluster, container, { streams, signal });
    return request.asksWebSocket
      ? overChannels(request, { asked: terminal, run })
      : overSpdy(request, { parts, asked: terminal, run });
  };
}

/** `pods/portforward`: as `podSession`. */
export const podPorts: Verb = async (parts, call) => {
  const { request, options, pod, machines } = await asked(parts, call, 'port-forward');
  const { ports } = options;
  const numbers = Array.isArray(ports) ? ports.map(Number) : [];
  const serve: ServePort = (port, streams) => machines.connect(pod, port, streams);
  const { clock } = parts;
  if (request.asksWebSocket) {
    const offered = subprotocolsOf(request);
    if (offered.includes(tunnelProtocol)) {
      return webSocket(tunnelProtocol, (socket, ending) =>
        serveSpdyPorts(messageTransport(socket), { serve, ending, clock }),
      );
    }
    const protocol = channelProtocol(offered);
    if (!protocol || protocol.base64) throw badRequest('none of the subprotocols is known');
    if (numbers.length === 0) throw badRequest('query parameter "port" is required');
    return webSocket(
      protocol.name,
      (socket, ending) =>
        void serveChannelPorts(socket, { ports: numbers, serve, ending }).catch(() => socket.close(1011)),
    );
  }
  return spdy(request, portsVersion, (socket, ending) =>
    serveSpdyPorts(socketTransport(socket), { serve, ending, clock }),
  );
};

async function asked(parts: ClusterParts, call: Call, what: string): Promise<Asked> {
  checkNotDry(call);
  const options = await admitConnection(parts, call);
  const pod = (await require(parts, { ...call, subresource: '' })).peek(call.resource);
  if (call.subresource !== 'portforward') checkContainer(pod, call.name, textOf(options['container']));
  if (nodeOf(pod) === '') throw badRequest(`pod ${call.name} does not have a host assigned`);
  const machines = await machinesOf(parts, nodeOf(pod), what);
  const { request } = call;
  if (request?.asksProtocol === undefined) throw badRequest('Upgrade request required');
  return { request, options, pod, machines };
}

function isSet(value: Json | undefined): boolean {
  return value === true;
}

function overChannels(
  request: HttpRequest,
  { asked, run }: { readonly asked: TerminalAsked; readonly run: RunProgram },
): StreamAnswer {
  const offered = subprotocolsOf(request);
  const protocol = channelProtocol(offered);
  if (!protocol) throw badRequest(`none of the subprotocols is known: ${offered.join(', ')}`);
  return webSocket(
    protocol.name,
    (socket, ending) =>
      void serveChannels(socket, { protocol, asked, run, ending }).catch(() => socket.close(1011)),
  );
}

function overSpdy(
  request: HttpRequest,
  {
    parts,
    asked,
    run,
  }: { readonly parts: ClusterParts; readonly asked: TerminalAsked; readonly run: RunProgram },
): StreamAnswer {
  const version = sessionVersion(versionsOf(request));
  const { clock } = parts;
  return spdy(request, version, (socket, ending) =>
    serveSpdySession(socketTransport(socket), { version: version ?? '', asked, run, ending, clock }),
  );
}

/** Over SPDY, in a version of what it carries. Throws 403 where none is known, 400 for another protocol. */
function spdy(
  request: HttpRequest,
  version: string | undefined,
  serve: (socket: Parameters<typeof socketTransport>[0], ending: AbortController) => void,
): StreamAnswer {
  if (request.asksProtocol?.toLowerCase() !== 'spdy/3.1')
    throw badRequest('unable to upgrade: unknown protocol');
  const offered = versionsOf(request);
  if (version === undefined || (offered.length > 0 && !offered.includes(version))) {
    const why = `unable to upgrade: unable to negotiate protocol: client supports ${JSON.stringify(offered)}`;
    throw new StatusError(403, 'Forbidden', why);
  }
  const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': version };
  return {
    type: 'stream',
    code: 101,
    open(whileLasting): HttpResponse {
      const switched: HttpResponse['switched'] = (socket) => {
        if (!socket) return;
        const ending = lasting(whileLasting);
        serve(socket, ending);
      };
      return { status: 101, headers, switched };
    },
  };
}

function webSocket(
  subprotocol: string,
  serve: (socket: MessageSocket, ending: AbortController) => void,
): StreamAnswer {
  return {
    type: 'stream',
    code: 101,
    open: (whileLasting) => ({
      status: 101,
      webSocket: {
        ...(subprotocol !== '' && { subprotocol }),
        accept: (socket) => serve(socket, lasting(whileLasting)),
      },
    }),
  };
}

/** Ends with the connection, or when it would not be allowed to begin any more. */
function lasting(whileLasting: (end: () => void) => () => void): AbortController {
  const ending = new AbortController();
  const over = whileLasting(() => ending.abort());
  ending.signal.addEventListener('abort', over, { once: true });
  return ending;
}

function subprotocolsOf(request: HttpRequest): string[] {
  return listed(request.header('sec-websocket-protocol')).filter(
    (name) => !name.startsWith('base64url.bearer.'),
  );
}

function versionsOf(request: HttpRequest): string[] {
  return listed(request.header('x-stream-protocol-version'));
}

function listed(text = ''): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
