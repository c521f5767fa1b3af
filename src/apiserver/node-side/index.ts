export { channelProtocol, serveChannels, type TerminalAsked } from './channels.ts';
export { portsVersion, type ServePort, serveChannelPorts, serveSpdyPorts, tunnelProtocol } from './ports.ts';
export type { RunProgram } from './sessions.ts';
export { serveSpdySession, sessionVersion } from './spdy-session.ts';
export { messageTransport, socketTransport } from './transport.ts';
