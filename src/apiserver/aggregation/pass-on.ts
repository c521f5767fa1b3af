import type { UserInfo } from '../../apimachinery/contract.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { type Clock, goDuration } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import type { Exchanged } from '../../http/node/exchange.ts';
import { BackendFailure, type Backends, type FrontProxyIdentity, NothingBehind } from '../backends/index.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { answerHeaders, requestHeaders, switchingHeaders } from './forwarded-headers.ts';
import { backendOfRemote, type RemoteService } from './remote-service.ts';

/** How long a request may take that is passed on, as in the real server; what goes on for long has no limit. */
const passedOnLimits = { requestMs: 60_000, discoveryMs: 5_000 } as const;

export interface PassOnParts {
  readonly backends: Backends;
  readonly frontProxy: FrontProxyIdentity;
  readonly clock: Clock;
}

/** A request for a group version elsewhere, of somebody who may ask. */
export interface AskedElsewhere {
  readonly request: HttpRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** Called with what ends a request that goes on for long, returns what is to be called at its end. */
  readonly whileLasting: (end: () => void) => () => void;
}

/** Passes a request on to the server of a group version, and its answer back. Throws 504 when it takes too long. */
export async function passOn(
  parts: PassOnParts,
  remote: RemoteService,
  asked: AskedElsewhere,
): Promise<HttpResponse> {
  if (!remote.isAvailable) return plain(503, 'service unavailable');
  if (remote.ca !== '' && !remote.ca.includes('-----BEGIN CERTIFICATE-----')) {
    return plain(500, 'unable to load root certificates: unable to parse bytes as PEM block');
  }
  const course = new Course(parts.clock, asked);
  try {
    const exchanged = await send(parts, remote, asked, course.signal);
    return answerOf(exchanged, asked, course);
  } catch (thrown) {
    course.over();
    if (course.isLate && !isDiscovery(asked.info)) throw tookTooLong();
    if (thrown instanceof NothingBehind) return plain(503, 'service unavailable');
    if (!(thrown instanceof BackendFailure)) throw thrown;
    const why = course.isLate ? 'context deadline exceeded' : thrown.message;
    return plain(
      503,
      asked.request.asksProtocol === undefined ? `error trying to reach service: ${why}` : why,
    );
  }
}

/** What is asked of the other server: the path as it was judged here, with each escape undone and made again. */
function send(
  { backends, frontProxy }: PassOnParts,
  remote: RemoteService,
  { request, user }: AskedElsewhere,
  signal: AbortSignal,
): Promise<Exchanged> {
  const path = escapedPath(decodeURIComponent(request.path));
  const query = new URLSearchParams(request.query);
  query.sort();
  const text = query.toString();
  return backends.exchange(backendOfRemote(remote, frontProxy), {
    method: request.method,
    path: text === '' ? path : `${path}?${text}`,
    headers: requestHeaders(request, user, path),
    chunks: request.chunks?.(),
    signal,
  });
}

function answerOf(exchanged: Exchanged, { request }: AskedElsewhere, course: Course): HttpResponse {
  const { status, headerLines, body, switched } = exchanged;
  const refuse = (response: HttpResponse): HttpResponse => {
    exchanged.release();
    course.over();
    return response;
  };
  if (switched && request.asksProtocol === undefined) {
    const given = goQuote(headerLines.find(({ name }) => name === 'upgrade')?.value ?? '');
    const why = `backend tried to switch protocol ${given} when "" was requested`;
    return refuse(plain(503, why));
  }
  if (switched) {
    exchanged.whenOver(() => course.over());
    return { status: 101, headers: switchingHeaders(headerLines), switched };
  }
  if (request.asksProtocol !== undefined && status < 400) {
    return refuse(plain(503, `invalid upgrade response: status code ${status}`));
  }
  if (status >= 300 && status < 400 && headerLines.some(({ name }) => name === 'location')) {
    const why = 'the backend attempted to redirect this request, which is not permitted';
    return refuse({ status: 502, body: Buffer.from(why) });
  }
  if (status > 599) return refuse(plain(502, `the backend answered with status ${status}, which is none`));
  const headers = answerHeaders(headerLines);
  if (request.method === 'HEAD') return refuse({ status, headers });
  exchanged.whenOver(() => course.over());
  return { status, headers, body };
}

/** The time that one request has, and what ends it before. */
class Course {
  isLate = false;
  readonly #ending = new AbortController();
  readonly #timer: { cancel(): void } | undefined;
  readonly #lasting: (() => void) | undefined;

  constructor(clock: Clock, { request, info, whileLasting }: AskedElsewhere) {
    request.signal.addEventListener('abort', this.#end, { once: true });
    if (goesOn(info, request)) this.#lasting = whileLasting(this.#end);
    else {
      this.#timer = clock.after(limitMs(info, request), () => {
        this.isLate = true;
        this.#end();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  over(): void {
    this.#timer?.cancel();
    this.#lasting?.();
  }

  readonly #end = () => this.#ending.abort();
}

/** As the real server tells what goes on for long from what has its time. */
function goesOn(info: RequestInfo, { asksProtocol }: HttpRequest): boolean {
  if (asksProtocol !== undefined) return true;
  if (info.kind === 'path') return false;
  return info.verb === 'watch' || info.verb === 'proxy' || lastingSubresources.has(info.subresource);
}

const lastingSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

function limitMs(info: RequestInfo, { query }: HttpRequest): number {
  if (isDiscovery(info)) return passedOnLimits.discoveryMs;
  const asked = goDuration(query.get('timeout') ?? '');
  const askedMs = 'nanoseconds' in asked ? asked.nanoseconds / 1e6 : 0;
  return askedMs > 0 ? Math.min(askedMs, passedOnLimits.requestMs) : passedOnLimits.requestMs;
}

/** `/apis/GROUP/VERSION` itself, which everybody waits for who wants to know what there is. */
function isDiscovery(info: RequestInfo): boolean {
  return info.kind === 'path' && info.path.split('/').filter((part) => part !== '').length === 3;
}

function tookTooLong(): StatusError {
  const why = 'Timeout: request did not complete within the allotted timeout';
  return new StatusError(504, 'Timeout', why, {});
}

const plainText = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

function plain(status: number, text: string): HttpResponse {
  return { status, headers: plainText, body: Buffer.from(`${text}\n`) };
}

/** As Go writes a path. */
function escapedPath(path: string): string {
  return encodeURIComponent(path)
    .replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
