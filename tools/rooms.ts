/** The import table: a room may import the rooms listed for it, and itself. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  store: ['base'],
  http: ['base'],
  kube: ['base', 'store', 'http'],
  identity: ['base', 'store', 'http'],
  arm: ['base', 'store', 'http'],
  gateway: ['base', 'store', 'http'],
  reconcile: ['base', 'store', 'http'],
  providers: ['base', 'store', 'http', 'arm', 'reconcile'],
  controllers: ['base', 'reconcile'],
  clusters: ['base', 'store', 'http', 'kube', 'reconcile', 'gateway'],
  server: [
    'base',
    'store',
    'http',
    'kube',
    'identity',
    'arm',
    'gateway',
    'reconcile',
    'providers',
    'controllers',
    'clusters',
  ],
  cli: ['base', 'http', 'gateway', 'server'],
};

/** Why a room may not import another, for the message of a failed check. */
export function refusal(from: string, to: string): string {
  const floor = rooms[from];
  if (!floor) return `'${from}' is not a room: add it to tools/rooms.ts and ARCHITECTURE.md`;
  if (rooms[to]?.includes(from)) return `${to} stands above ${from}: imports point down only`;
  return `${from} does not import ${to}: declare the small interface you need, and let server hand it in`;
}
