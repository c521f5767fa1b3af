import type { Clock } from '../../base/index.ts';
import type { Level } from './level.ts';
import type { Queue, Ticket } from './queue.ts';

/** Levels with more queues show those with something in them. */
const shownQueues = 1_024;
/** What has not begun. */
const noTime = '0001-01-01T00:00:00Z';

type Row = readonly string[];

/** The tables of the real server's debugging paths. Undefined: no such table. */
export function dump(
  levels: ReadonlyMap<string, Level>,
  { path, query, clock }: { readonly path: string; readonly query: URLSearchParams; readonly clock: Clock },
): string | undefined {
  switch (path) {
    case 'dump_priority_levels':
      return table([
        levelHeader,
        ...[...levels.keys()].sort().map((name) => levelRow(name, levels.get(name))),
      ]);
    case 'dump_queues':
      return table([queueHeader, ...[...levels.values()].flatMap(queueRows)]);
    case 'dump_requests': {
      const detailed = (query.get('includeRequestDetails') ?? '') !== '';
      const header = detailed ? [...requestHeader, ...detailHeader] : requestHeader;
      const rows = [...levels.values()].flatMap((level) => requestRows(level, { detailed, clock }));
      return table([header, ...rows]);
    }
    default:
      return undefined;
  }
}

const levelHeader: Row = [
  'PriorityLevelName',
  'ActiveQueues',
  'IsIdle',
  'IsQuiescing',
  'WaitingRequests',
  'ExecutingRequests',
  'DispatchedRequests',
  'RejectedRequests',
  'TimedoutRequests',
  'CancelledRequests',
];

function levelRow(name: string, level: Level | undefined): Row {
  if (!level) return [];
  const { queues, isLeaving } = level;
  const active = [...queues.queues.values()].filter(({ waiting }) => waiting > 0).length;
  const { waiting, executing, dispatched, rejected, cancelled } = queues;
  const counts = [waiting, executing.size, dispatched, rejected, 0, cancelled];
  return [name, String(active), String(queues.isIdle), String(isLeaving), ...counts.map(String)];
}

const queueHeader: Row = [
  'PriorityLevelName',
  'Index',
  'PendingRequests',
  'ExecutingRequests',
  'SeatsInUse',
  'NextDispatchR',
  'InitialSeatsSum',
  'MaxSeatsSum',
  'TotalWorkSum',
];

function queueRows({ settings, queues }: Level): Row[] {
  const count = settings.queuing?.queues ?? 0;
  const indexes = new Set(count <= shownQueues ? Array.from({ length: count }, (_, index) => index) : []);
  for (const index of queues.queues.keys()) indexes.add(index);
  return [...indexes]
    .sort((one, other) => one - other)
    .map((index) => [settings.name, String(index), ...queueCells(queues.queues.get(index))]);
}

function queueCells(queue: Queue | undefined): string[] {
  return [
    String(queue?.waiting ?? 0),
    String(queue?.executing ?? 0),
    String(queue?.seatsInUse ?? 0),
    seatSeconds(queue?.nextStart ?? 0),
    String(queue?.firstSeatsWaiting ?? 0),
    String(queue?.seatsWaiting ?? 0),
    seatSeconds(queue?.workWaiting ?? 0),
  ];
}

function seatSeconds(value: number): string {
  return `${value.toFixed(8)}ss`;
}

const requestHeader: Row = [
  'PriorityLevelName',
  'FlowSchemaName',
  'QueueIndex',
  'RequestIndexInQueue',
  'FlowDistingsher',
  'ArriveTime',
  'InitialSeats',
  'FinalSeats',
  'AdditionalLatency',
  'StartTime',
];

const detailHeader: Row = [
  'UserName',
  'Verb',
  'APIPath',
  'Namespace',
  'Name',
  'APIVersion',
  'Resource',
  'SubResource',
];

interface Asked {
  readonly detailed: boolean;
  readonly clock: Clock;
}

function requestRows(level: Level, asked: Asked): Row[] {
  const { queues } = level;
  const waiting = [...queues.queues.values()]
    .sort((one, other) => one.index - other.index)
    .flatMap((queue) => [...queue.all()].map((ticket, at) => requestRow(level, { ticket, at }, asked)));
  const executing = [...queues.executing].map((ticket) => requestRow(level, { ticket, at: -1 }, asked));
  return [...waiting, ...executing];
}

function requestRow(
  { settings }: Level,
  { ticket, at }: { readonly ticket: Ticket; readonly at: number },
  { detailed, clock }: Asked,
): Row {
  const { schema, distinguisher, work, cameMs, startedMs, queue } = ticket;
  const time = (ms: number) => nanoTime(clock.now() - (clock.monotonic() - ms));
  const row = [
    settings.name,
    schema,
    String(queue?.index ?? -1),
    String(at),
    distinguisher,
    time(cameMs),
    String(work.seats),
    String(work.finalSeats),
    shortDuration(work.finalMs),
    startedMs === undefined ? noTime : time(startedMs),
  ];
  return (detailed ? [...row, ...details(ticket)] : row).map(oneLine);
}

function details({ info, user, path }: Ticket): string[] {
  if (info.kind === 'path') return [user.username, info.verb, path, '', '', '', '', ''];
  const { group, version, resource, subresource, namespace, name, verb } = info;
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return [user.username, verb, path, namespace, name, groupVersion, resource, subresource];
}

/** As Go prints one of less than a minute. */
function shortDuration(ms: number): string {
  if (ms === 0) return '0s';
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}

/** What somebody called himself breaks no line and makes no column. */
function oneLine(cell: string): string {
  return cell.replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
}

function nanoTime(epochMs: number): string {
  const ms = Math.floor(epochMs) % 1000;
  const fraction = ms === 0 ? '' : String(ms / 1000).slice(1);
  return `${new Date(epochMs).toISOString().slice(0, 19)}${fraction}Z`;
}

const narrowest = 8;

/** Columns as wide as their widest cell and a space; the last one as it is. */
function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => row.map((cell, at) => (at < row.length - 1 ? `${cell},` : cell)));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [at, cell] of row.entries())
      widths[at] = Math.max(widths[at] ?? narrowest, [...cell].length + 1);
  }
  const line = (row: Row) =>
    row.map((cell, at) => (at < row.length - 1 ? pad(cell, widths[at] ?? 0) : cell)).join('');
  return cells.map((row) => `${line(row)}\n`).join('');
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - [...cell].length));
}
