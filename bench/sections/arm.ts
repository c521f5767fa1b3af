import { BenchEstate } from '../estate.ts';
import { figure, median, printHead, printTable, withUnit } from '../figures.ts';
import { BenchClient } from '../kube/client.ts';
import { callsPerSecond } from '../kube/rows.ts';
import { processorMs } from '../process.ts';
import { ArmCalls } from './arm-calls.ts';

const roundMs = 1_000;
const callersOfRows = [1, 16] as const;

export interface ArmOptions {
  readonly rounds: number;
  /** A server that runs already and is driven in turns with ours, as an administrator. */
  readonly against?: {
    readonly url: string;
    readonly token: string;
    /** Its process on this machine, for what a call costs it. */
    readonly pid: number | undefined;
  };
}

/** Resource Manager over HTTP/2, a caller waiting for each answer. */
export async function arm(options: ArmOptions): Promise<void> {
  const { against } = options;
  await using estate = await BenchEstate.start();
  const own = await estate.client();
  const servers: Server[] = [
    { client: own, pid: estate.status.pid, calls: await ArmCalls.fill(own, estate.status.subscriptionId) },
  ];
  if (against) servers.push(await given(against));
  printHead(`Resource Manager: calls a second${against ? `, against ${against.url}` : ''}`);
  if (against) await printAgainst(servers, options.rounds);
  else await printAlone(servers, options.rounds);
  for (const { client } of servers) client.close();
}

interface Server {
  readonly client: BenchClient;
  readonly pid: number | undefined;
  readonly calls: ArmCalls;
}

async function given({ url, token, pid }: NonNullable<ArmOptions['against']>): Promise<Server> {
  const client = new BenchClient({ name: url, url, token, authority: undefined });
  const { text } = await client.request({
    method: 'GET',
    path: '/subscriptions?api-version=2022-12-01',
    keep: true,
  });
  const answer: { value?: { subscriptionId: string }[] } = JSON.parse(text);
  const subscriptionId = answer.value?.[0]?.subscriptionId;
  if (subscriptionId === undefined) throw new Error(`${url} shows no subscription: ${text}`);
  return { client, pid, calls: await ArmCalls.fill(client, subscriptionId) };
}

async function printAlone(servers: readonly Server[], rounds: number): Promise<void> {
  const rows: string[][] = [];
  for (const at of rowNumbers(servers)) {
    const cells = [nameOf(servers, at)];
    for (const callers of callersOfRows) {
      const [own] = await measure(servers, { at, callers, rounds });
      cells.push(withUnit(own?.perSecond ?? Number.NaN, '/s'));
    }
    rows.push(cells);
  }
  printTable(['', '1 caller', '16 callers'], rows);
}

async function printAgainst(servers: readonly Server[], rounds: number): Promise<void> {
  const rows: string[][] = [];
  for (const at of rowNumbers(servers)) {
    for (const callers of callersOfRows) {
      const [own, other] = await measure(servers, { at, callers, rounds });
      if (!own || !other) continue;
      rows.push([
        `${nameOf(servers, at)}, ${callers} caller${callers === 1 ? '' : 's'}`,
        withUnit(own.perSecond, '/s'),
        withUnit(other.perSecond, '/s'),
        `${figure(own.perSecond / other.perSecond)}x`,
        figure(own.cpuMicroseconds),
        figure(other.cpuMicroseconds),
        `${figure(other.cpuMicroseconds / own.cpuMicroseconds)}x`,
      ]);
    }
  }
  printTable(['', 'ours', 'other', 'ratio', 'µs of ours a call', 'of the other', 'ratio'], rows);
}

function rowNumbers([first]: readonly Server[]): number[] {
  return [...(first?.calls.rows.keys() ?? [])];
}

function nameOf([first]: readonly Server[], at: number): string {
  return first?.calls.rows[at]?.name ?? '';
}

interface Measured {
  readonly perSecond: number;
  /** Processor time of the server for one call. */
  readonly cpuMicroseconds: number;
}

/** One row on each server, in turns; who is first changes with each round. */
async function measure(
  servers: readonly Server[],
  row: { readonly at: number; readonly callers: number; readonly rounds: number },
): Promise<Measured[]> {
  for (const server of servers) await takeRound(server, { ...row, durationMs: roundMs / 4 });
  const taken: Measured[][] = servers.map(() => []);
  for (let round = 0; round < row.rounds; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const which = (turn + round) % servers.length;
      const server = servers[which];
      if (server) taken[which]?.push(await takeRound(server, { ...row, durationMs: roundMs }));
    }
  }
  return taken.map((rounds) => ({
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuMicroseconds: median(rounds.map(({ cpuMicroseconds }) => cpuMicroseconds)),
  }));
}

async function takeRound(
  { calls, pid }: Server,
  row: { readonly at: number; readonly callers: number; readonly durationMs: number },
): Promise<Measured> {
  const call = calls.rows[row.at]?.call;
  if (!call) throw new RangeError(`there is no row ${row.at}`);
  let done = 0;
  const cpuMs = () => (pid === undefined ? Number.NaN : processorMs(pid));
  const beforeMs = cpuMs();
  const perSecond = await callsPerSecond({
    ...row,
    call: async (caller) => {
      await call(caller);
      done++;
    },
  });
  return { perSecond, cpuMicroseconds: ((cpuMs() - beforeMs) * 1_000) / done };
}
