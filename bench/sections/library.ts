import { type RunningApiServer, startApiServer } from 'drydock/kube';
import { median, printHead, printTable, withUnit } from '../figures.ts';
import { openFiles, repository, residentMib, runToEnd } from '../process.ts';

const objects = 1_000;
const environments = 100;
const configMaps = { group: '', version: 'v1', resource: 'configmaps' };

/** How long what `run` does takes, and what it answers. */
async function timed<T>(run: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const startedMs = performance.now();
  const result = await run();
  return { ms: performance.now() - startedMs, result };
}

/** `drydock/kube` in this process: a start, a fork of what is loaded, and many at once. */
export async function library({ starts }: { readonly starts: number }): Promise<void> {
  const rows = [['first start after the import', withUnit(await firstStart(starts), 'ms')]];
  const warm: number[] = [];
  const stops: number[] = [];
  for (let round = 0; round < starts; round++) {
    const { ms, result } = await timed(() => startApiServer());
    warm.push(ms);
    stops.push((await timed(() => result.stop())).ms);
  }
  rows.push(['another start', withUnit(median(warm), 'ms')], ['a stop', withUnit(median(stops), 'ms')]);
  const loaded = await startApiServer();
  for (let n = 0; n < objects; n++) {
    const metadata = { name: `c${n}`, namespace: 'default' };
    await loaded.client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { n: `${n}` },
    });
  }
  const forks: number[] = [];
  for (let round = 0; round < starts * 4; round++) {
    const { ms, result } = await timed(() => loaded.fork());
    forks.push(ms);
    await result.stop();
  }
  rows.push([`a fork of ${objects} objects`, withUnit(median(forks), 'ms')]);
  rows.push(...(await manyAtOnce('starts', () => startApiServer())));
  rows.push(...(await manyAtOnce(`forks of ${objects} objects`, () => loaded.fork())));
  await loaded.stop();
  printHead('drydock/kube, in one process');
  printTable([], rows);
}

/** In processes of their own: only one start of each is the first. */
async function firstStart(starts: number): Promise<number> {
  const program = `
    import { startApiServer } from 'drydock/kube';
    const startedMs = performance.now();
    const server = await startApiServer();
    console.log(performance.now() - startedMs);
    await server.stop();
  `;
  const words = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const found: number[] = [];
  for (let round = 0; round < starts; round++) {
    found.push(Number((await runToEnd(process.execPath, words, { cwd: repository })).stdout));
  }
  return median(found);
}

async function manyAtOnce(what: string, start: () => Promise<RunningApiServer>): Promise<string[][]> {
  const filesBefore = openFiles(process.pid);
  const started = await Promise.all(Array.from({ length: environments }, () => timed(start)));
  const resident = residentMib(process.pid);
  const stopped = await Promise.all(started.map(({ result }) => timed(() => result.stop())));
  const name = `${environments} ${what} at once`;
  return [
    [`${name}: each ready, median`, withUnit(median(started.map(({ ms }) => ms)), 'ms')],
    [`${name}: each stopped, median`, withUnit(median(stopped.map(({ ms }) => ms)), 'ms')],
    [`${name}: resident while they run`, withUnit(resident, 'MiB')],
    [`${name}: sockets and files left`, String(openFiles(process.pid) - filesBefore)],
  ];
}
