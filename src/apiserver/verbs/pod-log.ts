import type { FieldError } from '../../apimachinery/contract.ts';
import { badRequest, invalid } from '../../apimachinery/status.ts';
import { forbidden, invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { rfc3339Micros } from '../../base/index.ts';
import type { ByteSink } from '../../http/contract.ts';
import type { Call, Verb } from '../call/call.ts';
import { require } from '../call/find.ts';
import type { LogEntry } from '../call/pod-machines.ts';
import { readFlag } from '../request/options.ts';
import { checkContainer, machineObjects, machinesOf, nodeOf } from './node-streams.ts';

/** What of a log before the present is kept until it is known what of it is asked for. */
const keptBytes = 8 * 1024 * 1024;

interface LogOptions {
  readonly tail: number | undefined;
  readonly limit: number | undefined;
  readonly sinceMs: number | undefined;
  readonly sinceTimeMs: number | undefined;
}

/** `pods/log`: nothing of a pod that has no node yet; 404, 400 and 422 as the real server; 501 where nothing is simulated. */
export const podLog: Verb = async (parts, call) => {
  const options = logOptions(call);
  const pod = (await require(parts, { ...call, subresource: '' })).peek(call.resource);
  const container = checkContainer(pod, call.name, call.query?.get('container') ?? '');
  if (nodeOf(pod) === '') return { type: 'text', code: 204, text: '' };
  const machines = await machinesOf(parts, nodeOf(pod), 'logs');
  const flag = (name: string) => call.query !== undefined && readFlag(call.query, name) === true;
  const ending = new AbortController();
  const asked = { container, previous: flag('previous'), follow: flag('follow'), signal: ending.signal };
  const log = machines.log(pod, machineObjects(parts), asked);
  if (typeof log === 'string') throw badRequest(log);
  const { sinceMs, sinceTimeMs } = options;
  const fromMs =
    sinceTimeMs ?? (sinceMs === undefined ? Number.NEGATIVE_INFINITY : parts.clock.now() - sinceMs);
  const lines = chosen(log, { ...options, fromMs, timestamps: flag('timestamps') });
  return {
    type: 'stream',
    code: 200,
    open: (whileLasting) => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: {
        messages: 'binary',
        start(sink) {
          const over = sink.closed ? () => {} : whileLasting(() => ending.abort());
          sink.onClose(() => {
            ending.abort();
            over();
          });
          if (!sink.closed) void send(lines, sink, parts.log.warn.bind(parts.log));
        },
      },
    }),
  };
};

async function send(
  lines: AsyncIterable<Uint8Array>,
  sink: ByteSink,
  warn: (message: string) => void,
): Promise<void> {
  try {
    for await (const bytes of lines) {
      if (sink.closed) return;
      if (!sink.write(bytes)) await drained(sink);
    }
    sink.end();
  } catch {
    warn('a log broke off');
    sink.cut();
  }
}

function drained(sink: ByteSink): Promise<void> {
  return new Promise((resolve) => {
    sink.onDrain(resolve);
    sink.onClose(resolve);
  });
}

interface Choice {
  readonly tail: number | undefined;
  readonly limit: number | undefined;
  readonly fromMs: number;
  readonly timestamps: boolean;
}

/** What of a log is asked for. */
async function* chosen(log: AsyncIterable<LogEntry>, choice: Choice): AsyncIterable<Uint8Array> {
  let left = choice.limit ?? Number.POSITIVE_INFINITY;
  const cut = (bytes: Uint8Array) => {
    const shown = bytes.length > left ? bytes.subarray(0, left) : bytes;
    left -= shown.length;
    return shown;
  };
  let past: Uint8Array[] | undefined = [];
  let [pastBytes, first] = [0, 0];
  for await (const entry of log) {
    if (entry === 'caught-up') {
      for (let at = first; at < (past?.length ?? 0) && left > 0; at++)
        yield cut(past?.[at] ?? new Uint8Array());
      past = undefined;
    } else if (entry.atMs >= choice.fromMs) {
      const bytes = choice.timestamps ? stamped(entry) : entry.line;
      if (!past) yield cut(bytes);
      else {
        past.push(bytes);
        pastBytes += bytes.length;
        while (past.length - first > (choice.tail ?? Number.POSITIVE_INFINITY) || pastBytes > keptBytes) {
          pastBytes -= past[first]?.length ?? 0;
          past[first++] = new Uint8Array();
        }
        // What was left out is let go of from time to time.
        if (first > 10_000) past = past.slice(first);
        if (first > 10_000) first = 0;
      }
    }
    if (left <= 0) return;
  }
}

function stamped({ atMs, line }: Exclude<LogEntry, string>): Uint8Array {
  return Buffer.concat([Buffer.from(`${rfc3339Micros(atMs).replace('Z', '000Z')} `), line]);
}

/** Throws 400 and 422 as the real server. */
function logOptions({ name, query = new URLSearchParams() }: Call): LogOptions {
  const number = (option: string) => {
    const text = query.get(option);
    if (text === null || text === '') return undefined;
    if (/^[+-]?\d+$/.test(text)) return Number(text);
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  };
  const [tail, limit, since] = [number('tailLines'), number('limitBytes'), number('sinceSeconds')];
  const errors: FieldError[] = [];
  if (tail !== undefined && tail < 0) {
    errors.push(invalidField('tailLines', tail, 'must be greater than or equal to 0'));
  }
  if (limit !== undefined && limit < 1) {
    errors.push(invalidField('limitBytes', limit, 'must be greater than 0'));
  }
  if (since !== undefined && query.has('sinceTime')) {
    errors.push(forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (since !== undefined && since < 1) {
    errors.push(invalidField('sinceSeconds', since, 'must be greater than 0'));
  }
  // Behind a feature gate that is off.
  if (query.has('stream')) errors.push(forbidden('stream', 'may not be specified'));
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, name, errors);
  const time = query.get('sinceTime') ?? '';
  const sinceTimeMs = time === '' ? undefined : Date.parse(time);
  if (sinceTimeMs !== undefined && Number.isNaN(sinceTimeMs)) {
    throw badRequest(
      `parsing time ${goQuote(time)} as "2006-01-02T15:04:05Z07:00": cannot parse ${goQuote(time)} as "2006"`,
    );
  }
  return { tail, limit, sinceMs: since === undefined ? undefined : since * 1_000, sinceTimeMs };
}
