import { once } from 'node:events';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { BenchEstate, fleetNames, makeFleet } from '../estate.ts';
import { figure, median, printHead, printTable, quantile, verdict, withUnit } from '../figures.ts';
import { BenchClient, type Target } from '../kube/client.ts';
import { freePort, launcher, openFiles, residentMib, sleep, start, stop } from '../process.ts';
import { say } from '../report.ts';

const aim = { addedMs: 1, parallelStreams: 1_000 };
const kubernetesServer = '6dae42f8-4368-4678-94ff-3960e28e3630';
const latencyCalls = 2_000;
const throughput = { objects: 20, objectBytes: 900_000, roundMs: 1_000, rounds: 5 };
const dialCallers = 32;
const openAtOnce = 50;
const settleMs = 30_000;

/**
 * `az network bastion tunnel` as a process of its own, through the Bastion of a running server, to a private hub.
 * Compared with a direct connection to a member on the same server: the hub has none.
 */
export async function tunnel(options: { readonly dials: number }): Promise<void> {
  printHead('Bastion tunnel to a private hub');
  await using estate = await BenchEstate.start();
  await makeFleet(estate);
  await estate.refresh();
  const open = await openTunnel(estate);
  const token = await estate.script(
    `az account get-access-token --resource ${kubernetesServer} --query accessToken -o tsv`,
  );
  const member = estate.status.clusters.find(({ name }) => name === fleetNames.members[0]);
  if (!member) throw new Error('the member is not running');
  const authority = estate.authority();
  const direct: Target = {
    ...{ name: 'direct', url: estate.status.resourceManager, authority, token },
    serverName: member.hostName,
  };
  const through: Target = { name: 'tunnel', url: `https://localhost:${open.port}`, authority, token };
  await untilAuthorized([direct, through]);
  await latency(direct, through);
  await bodies(direct, through);
  const far: FarEnd = { port: open.port, context: createSecureContext({ ca: authority }) };
  const processes = [
    { name: 'server', pid: estate.status.pid },
    { name: 'tunnel client', pid: open.pid },
  ];
  await parallel(far, processes);
  await dials(far, processes, options.dials);
  await open.close();
}

interface FarEnd {
  readonly port: number;
  readonly context: SecureContext;
}

interface Watched {
  readonly name: string;
  readonly pid: number;
}

async function openTunnel(estate: BenchEstate) {
  const { group, bastion, managedGroup } = fleetNames;
  const id = await estate.script(`az aks list -g ${managedGroup} --query "[?name=='hub'].id | [0]" -o tsv`);
  const port = await freePort();
  const child = start(
    launcher,
    [
      ...['az', 'network', 'bastion', 'tunnel', '--name', bastion, '--resource-group', group],
      ...['--target-resource-id', id, '--resource-port', '443', '--port', String(port)],
    ],
    { env: await estate.environment(), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('Tunnel is ready')) resolve();
    });
    child.once('exit', () => reject(new Error(`the tunnel ended: ${said}`)));
  });
  return { port, pid: child.pid ?? 0, close: () => stop(child) };
}

/** Roles act within a second. */
async function untilAuthorized(targets: readonly Target[]): Promise<void> {
  for (const target of targets) {
    const client = new BenchClient(target);
    for (let tries = 0; ; tries++) {
      const { status, text } = await client.request({
        method: 'GET',
        path: '/api/v1/namespaces/default',
        keep: true,
      });
      if (status === 200) break;
      if (tries > 40) throw new Error(`${target.name} answered ${status}: ${text}`);
      await sleep(50);
    }
    client.close();
  }
}

async function latency(direct: Target, through: Target): Promise<void> {
  const ends = [direct, through].map((target) => ({ client: new BenchClient(target), ms: [] as number[] }));
  for (let at = -200; at < latencyCalls; at++) {
    for (const { client, ms } of ends) {
      const startMs = performance.now();
      await client.request({ method: 'GET', path: '/api/v1/namespaces/default' });
      if (at >= 0) ms.push(performance.now() - startMs);
    }
  }
  for (const { client } of ends) client.close();
  const [without = [], inside = []] = ends.map(({ ms }) => ms.sort((a, b) => a - b));
  const added = median(inside) - median(without);
  printTable(
    [`GET of a namespace, ${latencyCalls} times in turns`, 'p50', 'p99'],
    [
      ['direct', withUnit(median(without), 'ms'), withUnit(quantile(without, 0.99), 'ms')],
      ['through the tunnel', withUnit(median(inside), 'ms'), withUnit(quantile(inside, 0.99), 'ms')],
      ['added', withUnit(added, 'ms'), withUnit(quantile(inside, 0.99) - quantile(without, 0.99), 'ms')],
    ],
  );
  say(`aim: ${aim.addedMs} ms added at the median: ${verdict(added <= aim.addedMs)}`);
  say('');
}

/** LISTs of 18 MB down, ConfigMaps of 0.9 MB up. */
async function bodies(direct: Target, through: Target): Promise<void> {
  const path = '/api/v1/namespaces/default/configmaps';
  const payload = 'x'.repeat(throughput.objectBytes);
  const body = (name: string) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { payload } });
  const ends = [direct, through].map((target) => new BenchClient(target));
  for (const client of ends) {
    for (let at = 0; at < throughput.objects; at++) {
      await client.request({ method: 'POST', path, body: body(`large-${at}`) });
    }
  }
  const down = (client: BenchClient) => client.request({ method: 'GET', path }).then(({ bytes }) => bytes);
  const up = async (client: BenchClient) => {
    const { status } = await client.request({
      method: 'POST',
      path: `${path}?dryRun=All`,
      body: body('dry'),
    });
    if (status !== 201) throw new Error(`a dry run answered ${status}`);
    return throughput.objectBytes;
  };
  const rows: string[][] = [];
  for (const [name, send] of [
    ['down: LIST of 18 MB', down],
    ['up: CREATE of 0.9 MB, dry run', up],
  ] as const) {
    const rounds: number[][] = ends.map(() => []);
    for (let round = 0; round < throughput.rounds; round++) {
      for (const [at, client] of ends.entries()) rounds[at]?.push(await mibPerSecond(() => send(client)));
    }
    const [without = Number.NaN, inside = Number.NaN] = rounds.map(median);
    rows.push([name, withUnit(without, 'MiB/s'), withUnit(inside, 'MiB/s'), `${figure(inside / without)}x`]);
  }
  for (const client of ends) client.close();
  printTable(['throughput of one connection', 'direct', 'tunnel', 'ratio'], rows);
}

async function mibPerSecond(send: () => Promise<number>): Promise<number> {
  const startMs = performance.now();
  let bytes = 0;
  while (performance.now() - startMs < throughput.roundMs) bytes += await send();
  return bytes / 1024 ** 2 / ((performance.now() - startMs) / 1000);
}

/** Connections of their own, all open at the same time, each with its own TLS session and request. */
async function parallel(far: FarEnd, processes: readonly Watched[]): Promise<void> {
  const before = processes.map(({ pid }) => residentMib(pid));
  const startMs = performance.now();
  const streams: Stream[] = [];
  const opener = async () => {
    while (streams.length < aim.parallelStreams) {
      const at = streams.push(new Stream(far)) - 1;
      await streams[at]?.opened;
    }
  };
  await Promise.all(Array.from({ length: openAtOnce }, opener));
  const openedMs = performance.now() - startMs;
  const askedMs = performance.now();
  const answers = await Promise.all(streams.map((stream) => stream.get('/readyz', true)));
  const answeredMs = performance.now() - askedMs;
  const good = answers.filter((status) => status === 200).length;
  const during = processes.map(({ pid }) => residentMib(pid));
  for (const stream of streams) stream.end();
  say('');
  say(
    `${aim.parallelStreams} parallel streams: opened in ${(openedMs / 1000).toFixed(1)} s; asked all at once, ${good} answered in ${answeredMs.toFixed(0)} ms: ${verdict(good === aim.parallelStreams)}`,
  );
  for (const [at, { name }] of processes.entries()) {
    say(`  ${name}: ${figure(before[at] ?? 0)} MiB before, ${figure(during[at] ?? 0)} MiB with them`);
  }
}

/** Each dial is a whole connection: token, WebSocket, TLS with the hub, one request, end. */
async function dials(far: FarEnd, processes: readonly Watched[], count: number): Promise<void> {
  const looks = [await lookAt(processes)];
  let failed = 0;
  let tookMs = 0;
  for (let half = 0; half < 2; half++) {
    const startMs = performance.now();
    failed += await dialMany(far, Math.ceil(count / 2));
    tookMs += performance.now() - startMs;
    looks.push(await lookAt(processes));
  }
  say('');
  say(
    `${count} dials by ${dialCallers} callers: ${failed} failed, ${figure(count / (tookMs / 1000))} a second`,
  );
  const rows = processes.map(({ name }, at) => {
    const seen = looks.map((look) => look[at]);
    return [
      name,
      ...seen.map((one) => String(one?.files)),
      ...seen.map((one) => withUnit(one?.mib ?? Number.NaN, 'MiB')),
    ];
  });
  printTable(['', 'open files before', 'half-way', 'after', 'memory before', 'half-way', 'after'], rows);
  const held = rows.every(([, before, , after]) => Number(after) <= Number(before)) && failed === 0;
  say(`aim: nothing left open: ${verdict(held)}`);
}

/** Answers how many failed. */
async function dialMany(far: FarEnd, count: number): Promise<number> {
  let started = 0;
  let failed = 0;
  const caller = async () => {
    while (started < count) {
      started++;
      const stream = new Stream(far);
      try {
        await stream.opened;
        if ((await stream.get('/readyz', false)) !== 200) failed++;
        stream.end();
      } catch {
        failed++;
      }
    }
  };
  await Promise.all(Array.from({ length: dialCallers }, caller));
  return failed;
}

/** What processes hold once they have come to rest. */
async function lookAt(processes: readonly Watched[]) {
  await untilIdle(processes);
  return processes.map(({ pid }) => ({ files: openFiles(pid), mib: residentMib(pid) }));
}

/** Until no process closes anything any more. */
async function untilIdle(processes: readonly Watched[]): Promise<void> {
  const endMs = performance.now() + settleMs;
  let known = Number.POSITIVE_INFINITY;
  let calm = 0;
  while (calm < 8 && performance.now() < endMs) {
    await sleep(1_000);
    const now = processes.reduce((sum, { pid }) => sum + openFiles(pid), 0);
    calm = now < known ? 0 : calm + 1;
    known = Math.min(known, now);
  }
}

/** One HTTP/1.1 connection over TLS, kept as plain as possible. */
class Stream {
  readonly #socket: TLSSocket;
  readonly opened: Promise<unknown>;

  constructor(far: FarEnd) {
    this.#socket = connect({
      ...{ host: '127.0.0.1', port: far.port, servername: 'localhost' },
      ...{ secureContext: far.context, ALPNProtocols: ['http/1.1'] },
    });
    this.opened = once(this.#socket, 'secureConnect');
    this.opened.catch(() => {});
    this.#socket.on('error', () => {});
  }

  /** The status of the answer; 0 when the connection broke. */
  get(path: string, keepAlive: boolean): Promise<number> {
    const connection = keepAlive ? 'keep-alive' : 'close';
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#socket.once('data', (chunk: Buffer) =>
      resolve(Number(chunk.toString('latin1').split(' ')[1] ?? 0)),
    );
    this.#socket.once('close', () => resolve(0));
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\n\r\n`);
    return promise;
  }

  end(): void {
    this.#socket.end();
  }
}
