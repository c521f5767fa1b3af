import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { BenchEstate, fleetNames, makeFleet } from '../estate.ts';
import { figure, median, printHead, printTable, verdict, withUnit } from '../figures.ts';
import { preparePeer, startPeer } from '../kube/peer.ts';
import { findProgram, residentMibOf, runToEnd, sleep, temporaryFolder } from '../process.ts';
import { say } from '../report.ts';

const aim = { startSeconds: 0.26, residentMib: 100 };
const settleMs = 3_000;

/** `up` to the first kubectl answer, from nothing and with a fleet restored, beside kube-apiserver with etcd. */
export async function startup(options: { readonly starts: number }): Promise<void> {
  printHead('Start-up: median seconds, and resident memory once idle');
  const empty = await emptyHome(options.starts);
  const kubectl = await findProgram('kubectl');
  const rows = [['drydock up --detach, empty home', seconds(empty.upMs), '', withUnit(empty.mib, 'MiB')]];
  if (!kubectl) say('kubectl is not on PATH: the first kubectl answer is left out.');
  const restored = await restoredFleet(options.starts, kubectl);
  rows.push([
    'drydock up --detach, a hub and three members',
    seconds(restored.upMs),
    seconds(restored.upMs + restored.kubectlMs),
    withUnit(restored.mib, 'MiB'),
  ]);
  const peer = kubectl ? await realServer(options.starts, kubectl) : undefined;
  if (peer) {
    rows.push([
      'kube-apiserver with etcd, from nothing',
      seconds(peer.upMs),
      seconds(peer.upMs + peer.kubectlMs),
      withUnit(peer.mib, 'MiB'),
    ]);
    rows.push([
      'ratio (real server to ours, with the fleet)',
      `${figure(peer.upMs / restored.upMs)}x`,
      `${figure((peer.upMs + peer.kubectlMs) / (restored.upMs + restored.kubectlMs))}x`,
      `${figure(peer.mib / restored.mib)}x`,
    ]);
  }
  printTable(['', 'answers', 'first kubectl answer', 'memory'], rows);
  const total = (restored.upMs + (kubectl ? restored.kubectlMs : 0)) / 1000;
  say(
    `aims, with the fleet: ${aim.startSeconds} s ${verdict(total <= aim.startSeconds)}, ${aim.residentMib} MiB ${verdict(restored.mib <= aim.residentMib)}`,
  );
}

interface Start {
  readonly upMs: number;
  /** The kubectl process alone, without any cache of discovery. */
  readonly kubectlMs: number;
  readonly mib: number;
}

async function emptyHome(starts: number): Promise<Start> {
  const upMs: number[] = [];
  const mib: number[] = [];
  for (let at = 0; at < starts; at++) {
    await using estate = BenchEstate.prepare();
    upMs.push(await estate.up());
    await sleep(settleMs);
    mib.push(estate.residentMib());
  }
  return { upMs: median(upMs), kubectlMs: Number.NaN, mib: median(mib) };
}

async function restoredFleet(starts: number, kubectl: string | undefined): Promise<Start> {
  await using estate = await BenchEstate.start();
  await makeFleet(estate);
  const config = join(estate.home, 'bench-kubeconfig');
  const [member] = fleetNames.members;
  await estate.script(`az aks get-credentials -g ${fleetNames.group} -n ${member} --admin --file ${config}`);
  const measured: Start[] = [];
  for (let at = 0; at < starts; at++) {
    await estate.down();
    const upMs = await estate.up();
    const kubectlMs = kubectl ? await answerOf(kubectl, ['--kubeconfig', config]) : Number.NaN;
    await sleep(settleMs);
    measured.push({ upMs, kubectlMs, mib: estate.residentMib() });
  }
  return medianStart(measured);
}

async function realServer(starts: number, kubectl: string): Promise<Start | undefined> {
  const search = await preparePeer();
  if (!('peer' in search)) {
    say(`Not compared with kube-apiserver: ${search.missing}.`);
    return undefined;
  }
  const measured: Start[] = [];
  for (let at = 0; at < starts; at++) {
    const server = await startPeer(search.peer);
    const { url, token = '' } = server.target;
    const kubectlMs = await answerOf(kubectl, [
      ...['--server', url, '--insecure-skip-tls-verify', '--token', token],
    ]);
    await sleep(settleMs);
    measured.push({ upMs: server.readyMs, kubectlMs, mib: residentMibOf(server.pids) });
    await server.stop();
  }
  return medianStart(measured);
}

/** Each call has a cache folder of its own: the first answer to somebody who was never here. */
async function answerOf(kubectl: string, words: readonly string[]): Promise<number> {
  const cache = mkdtempSync(join(temporaryFolder(), 'cache-'));
  const { elapsedMs } = await runToEnd(kubectl, [...words, '--cache-dir', cache, 'get', 'namespaces']);
  return elapsedMs;
}

function medianStart(starts: readonly Start[]): Start {
  return {
    upMs: median(starts.map(({ upMs }) => upMs)),
    kubectlMs: median(starts.map(({ kubectlMs }) => kubectlMs)),
    mib: median(starts.map(({ mib }) => mib)),
  };
}

function seconds(ms: number): string {
  return Number.isNaN(ms) ? '-' : `${(ms / 1000).toFixed(2)} s`;
}
