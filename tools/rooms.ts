/** The import table: a room may import the rooms listed for it, and itself. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  store: ['base'],
  http: ['base'],
  apimachinery: ['base'],
  cel: ['base', 'apimachinery'],
  merge: ['base', 'apimachinery'],
  template: ['base'],
  kinds: ['base', 'apimachinery', 'cel'],
  schema: ['base', 'apimachinery', 'cel', 'merge', 'kinds'],
  identity: ['base', 'store', 'http'],
  arm: ['base', 'store', 'http'],
  gateway: ['base', 'store', 'http'],
  machines: ['base'],
  portal: ['base', 'http'],
  reconcile: ['base', 'store', 'http', 'apimachinery'],
  apiserver: ['base', 'store', 'http', 'apimachinery', 'cel', 'merge', 'kinds', 'schema'],
  providers: ['base', 'store', 'http', 'apimachinery', 'template', 'arm', 'reconcile'],
  controllers: ['base', 'apimachinery', 'merge', 'kinds', 'reconcile', 'machines'],
  clusters: ['base', 'store', 'http', 'apimachinery', 'apiserver', 'reconcile', 'gateway'],
  server: [
    'base',
    'store',
    'http',
    'apimachinery',
    'apiserver',
    'identity',
    'arm',
    'gateway',
    'reconcile',
    'machines',
    'portal',
    'providers',
    'controllers',
    'clusters',
  ],
  library: ['base', 'store', 'http', 'apimachinery', 'server'],
  cli: ['base', 'http', 'gateway', 'server', 'library'],
};

/**
 * The floors inside the large rooms, from the ground up: a folder (or a file named here) imports what stands on floors
 * below its own; those on one floor do not import each other. `*` is every folder that is not named. Files at the
 * room's door that are not named stand below all floors when they import none of them, else above all.
 */
export const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  apiserver: [
    ['request', 'openapi', 'switches'],
    ['authn', 'audit', 'metrics'],
    ['storage'],
    ['discovery'],
    ['authz', 'crd'],
    ['call'],
    ['backends', 'matching', 'node-side'],
    ['admission', 'encode', 'bootstrap', 'webhooks', 'policies'],
    ['answer', 'write'],
    ['verbs'],
    ['custom-resources', 'aggregation', 'service-network', 'flow-control', 'node-metrics'],
  ],
  arm: [
    ['records'],
    ['identity.ts', 'locks.ts', 'presentations.ts'],
    ['access', 'activity'],
    ['services.ts'],
    ['subscriptions.ts'],
    ['pipeline'],
    ['verbs'],
    ['routes'],
  ],
  identity: [['records'], ['first-party.ts'], ['directory'], ['tokens'], ['surface.ts'], ['graph', 'login']],
  kinds: [
    ['data'],
    ['defaults'],
    ['normalize.ts'],
    ['strategy.ts', 'shared'],
    ['*'],
    ['all.ts'],
    ['builtin.ts'],
    ['registered.ts', 'protobuf'],
    ['built-in-node.ts'],
  ],
  controllers: [
    ['kinds', 'fleet-kinds'],
    ['shared'],
    ['*'],
    ['placement-scheduler', 'rollout', 'staged-update-run', 'status-back-reporter', 'work-generator'],
  ],
  cli: [['az'], ['program']],
};

/** The `node:` modules and npm packages that a room may use; what is not listed is asked of a room below. */
export const outside: Readonly<Record<string, readonly string[]>> = {
  base: ['ipaddr.js', 'node:crypto', 'node:fs', 'node:path'],
  store: ['node:crypto', 'node:fs', 'node:path', 'node:sqlite', 'node:zlib'],
  http: [
    'node:crypto',
    'node:http',
    'node:http2',
    'node:https',
    'node:net',
    'node:stream',
    'node:tls',
    'node:util',
    'ws',
  ],
  apimachinery: ['re2js'],
  cel: [],
  merge: [],
  template: ['node:crypto'],
  kinds: ['node:fs'],
  schema: [],
  identity: ['jose/jws/compact/verify', 'jose/jwt/sign', 'node:crypto'],
  arm: ['node:crypto'],
  machines: [],
  portal: ['node:crypto', 'node:fs', 'node:zlib', 'preact', 'preact/hooks'],
  gateway: ['node:crypto', 'node:http', 'node:https', 'node:net', 'node:stream', 'node:tls'],
  reconcile: ['node:stream'],
  apiserver: [
    'jose',
    'jose/jwt/sign',
    'jose/jwt/verify',
    'js-yaml',
    'node:crypto',
    'node:path',
    'node:stream',
    'node:zlib',
  ],
  providers: ['js-yaml', 'node:crypto', 'node:util'],
  controllers: ['node:crypto'],
  clusters: ['node:crypto', 'node:stream'],
  server: ['node:crypto', 'node:fs', 'node:path', 'node:perf_hooks', 'pino', 'prom-client'],
  library: ['js-yaml', 'node:path'],
  cli: [
    '@jmespath-community/jmespath',
    'js-yaml',
    'node:child_process',
    'node:crypto',
    'node:fs',
    'node:http',
    'node:net',
    'node:os',
    'node:path',
    'node:readline/promises',
    'node:sqlite',
    'node:stream',
    'node:tls',
    'node:util',
    'yaml',
  ],
};

/** Why a room may not import another, for the message of a failed check. */
export function refusal(from: string, to: string): string {
  const floor = rooms[from];
  if (!floor) return `'${from}' is not a room: add it to tools/rooms.ts and ARCHITECTURE.md`;
  if (rooms[to]?.includes(from)) return `${to} stands above ${from}: imports point down only`;
  return `${from} does not import ${to}: declare the small interface you need, and let server hand it in`;
}
