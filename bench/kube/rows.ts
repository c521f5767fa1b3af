import { median } from '../figures.ts';
import { protobufType, tableType, UnexpectedStatus, type Workload } from './workload.ts';

/** One row: the same calls on every server, taken in turns. */
export interface Row {
  readonly name: string;
  readonly unit: '/s' | 'ms';
  /** How many times as good as the real server it is to be. */
  readonly aim?: number;
  /** One round on one server; a row may have several figures. NaN: the server refuses. */
  readonly round: (work: Workload) => Promise<number>;
}

export interface Timing {
  readonly roundMs: number;
  readonly rounds: number;
}

const warmUpMs = 300;

/** All rows, in the order in which they are measured. */
export function rowsOf(timing: Timing): Row[] {
  const rate = (
    name: string,
    callers: number,
    call: (work: Workload, caller: number) => Promise<void>,
    aim?: number,
  ): Row => ({
    name,
    unit: '/s',
    ...(aim === undefined ? {} : { aim }),
    round: (work) => callsPerSecond({ callers, durationMs: timing.roundMs, call: (n) => call(work, n) }),
  });
  const list = (name: string, resource: string, query?: string, accept?: string) =>
    rate(name, 1, (work) => work.list(resource, query, accept), 5);
  const listChanged = (name: string, resource: 'configmaps' | 'pods', query?: string, accept?: string) =>
    rate(
      name,
      1,
      async (work) => {
        await work.change(resource);
        await work.list(resource, query, accept);
      },
      5,
    );
  return [
    rate('GET, 1 caller', 1, (work) => work.get(), 3),
    rate('GET, 16 callers', 16, (work) => work.get(), 3),
    list('LIST 500 of 5,000', 'configmaps', '?limit=500'),
    list('LIST 5,000', 'configmaps'),
    list('LIST 5,000, resourceVersion=0', 'configmaps', '?resourceVersion=0'),
    list('LIST 2,000 pods, JSON', 'pods'),
    list('LIST 2,000 pods, protobuf', 'pods', '', protobufType),
    list('LIST 2,000 pods, Table', 'pods', '', tableType),
    listChanged('a write, then LIST 500 of 5,000', 'configmaps', '?limit=500'),
    listChanged('a write, then LIST 5,000', 'configmaps'),
    listChanged('a write, then LIST 2,000 pods, Table', 'pods', '', tableType),
    list('LIST, label matches nothing in 5,000', 'configmaps', '?labelSelector=none%3Dsuch'),
    rate('CREATE, 1 caller', 1, (work) => work.createConfigMap(), 2),
    rate('CREATE, 16 callers', 16, (work) => work.createConfigMap(), 2),
    rate('CREATE pods, 16 callers', 16, (work) => work.createPod(), 2),
    rate('PATCH (merge), 16 callers', 16, (work, caller) => work.mergePatch(caller), 2),
    rate('PATCH (apply), 16 callers', 16, (work, caller) => work.apply(caller), 2),
  ];
}

/** Lists of a noisy user that are under way while another one asks. */
export const besideListing = [0, 200] as const;

export const watchedBy = [100, 1_000] as const;

/** Calls once briefly without counting: neither server shall pay for what happens only once. */
export async function warmUp(row: Row, work: Workload, timing: Timing): Promise<void> {
  const [brief] = rowsOf({ ...timing, roundMs: warmUpMs }).filter(({ name }) => name === row.name);
  await takeRound(brief ?? row, work);
}

export async function takeRound(row: Row, work: Workload): Promise<number> {
  try {
    return await row.round(work);
  } catch (thrown) {
    if (thrown instanceof UnexpectedStatus) return Number.NaN;
    throw thrown;
  }
}

export async function callsPerSecond(options: {
  readonly callers: number;
  readonly durationMs: number;
  readonly call: (caller: number) => Promise<void>;
}): Promise<number> {
  const startMs = performance.now();
  const endMs = startMs + options.durationMs;
  let done = 0;
  const worker = async (caller: number) => {
    while (performance.now() < endMs) {
      await options.call(caller);
      done++;
    }
  };
  await Promise.all(Array.from({ length: options.callers }, (_, caller) => worker(caller)));
  return done / ((performance.now() - startMs) / 1000);
}

export function medianOfRounds(rounds: readonly number[]): number {
  return rounds.some(Number.isNaN) ? Number.NaN : median(rounds);
}
