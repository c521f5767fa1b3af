import { resolvePath } from '../../files.ts';
import { type Asked, type Fetched, type Process, print, type Run } from '../process.ts';
import { optionsOf } from './options.ts';

function fetchedOf(reply: unknown): Fetched {
  return typeof reply === 'object' && reply !== null && !(reply instanceof Uint8Array)
    ? // The only other kind of reply.
      (reply as Fetched)
    : { failure: 'refused' };
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) && /^https?:/.test(text)
    ? new URL(text)
    : URL.canParse(`http://${text}`)
      ? new URL(`http://${text}`)
      : undefined;
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80');
}

function* wget(process: Process): Run {
  const { options, rest } = optionsOf(process.args, 'OTtU');
  const url = urlOf(rest[0] ?? '');
  if (!url) {
    yield* print('wget: missing URL\n', 2);
    return 1;
  }
  const quiet = options.has('q');
  const body = options.get('post-data');
  const asked: Asked = {
    method: body === undefined ? 'GET' : 'POST',
    url,
    headers: { 'user-agent': 'Wget' },
    body: body ?? '',
  };
  if (!quiet) yield* print(`Connecting to ${url.host}\n`, 2);
  const fetched = fetchedOf(yield { type: 'fetch', asked });
  if ('failure' in fetched) {
    const why = {
      'no-such-host': `bad address '${url.host}'`,
      refused: `can't connect to remote host (${url.hostname}): Connection refused`,
      'timed-out': 'download timed out',
    }[fetched.failure];
    yield* print(`wget: ${why}\n`, 2);
    return 1;
  }
  if (fetched.status >= 400) {
    yield* print(`wget: server returned error: HTTP/1.1 ${fetched.status}\n`, 2);
    return 1;
  }
  if (options.has('spider')) return 0;
  const target = options.get('O') ?? (url.pathname.split('/').at(-1) || 'index.html');
  if (target === '-') {
    yield* print(fetched.body);
    return 0;
  }
  const refusal = process.files.write(
    resolvePath(process.folder, target),
    [Buffer.from(fetched.body)],
    false,
  );
  if (refusal) {
    yield* print(`wget: can't open '${target}': ${refusal}\n`, 2);
    return 1;
  }
  if (!quiet) yield* print(`saving to '${target}'\n'${target}' saved\n`, 2);
  return 0;
}

function* curl(process: Process): Run {
  const { options, rest } = optionsOf(process.args, 'oXHdmAuwe');
  const { words, value } = longValues(rest, process.args);
  const url = urlOf(words[0] ?? '');
  if (!url) {
    yield* print('curl: no URL specified\n', 2);
    return 2;
  }
  const body = options.get('d') ?? '';
  const method =
    options.get('X') ?? value('request') ?? (options.has('I') ? 'HEAD' : options.has('d') ? 'POST' : 'GET');
  const [name, header] = (options.get('H') ?? '').split(/:\s*/, 2);
  const headers = {
    'user-agent': 'curl/8.9.1',
    ...(name && header !== undefined && { [name.toLowerCase()]: header }),
  };
  const fetched = fetchedOf(yield { type: 'fetch', asked: { method, url, headers, body } });
  const silent = options.has('s') && !options.has('S');
  if ('failure' in fetched) return yield* curlFailure(url, fetched.failure, silent);
  if (fetched.status >= 400 && (options.has('f') || options.has('fail'))) {
    if (!silent) yield* print(`curl: (22) The requested URL returned error: ${fetched.status}\n`, 2);
    return 22;
  }
  const head = `HTTP/1.1 ${fetched.status}\r\n${Object.entries(fetched.headers)
    .map(([key, text]) => `${key}: ${text}\r\n`)
    .join('')}\r\n`;
  const text = options.has('I') ? head : options.has('i') ? head + fetched.body : fetched.body;
  const target = options.get('o') ?? value('output');
  if (target === undefined) yield* print(text);
  else if (target !== '/dev/null')
    process.files.write(resolvePath(process.folder, target), [Buffer.from(text)], false);
  const told = options.get('w') ?? value('write-out');
  if (told !== undefined)
    yield* print(told.replaceAll('%{http_code}', String(fetched.status)).replaceAll('\\n', '\n'));
  return 0;
}

/** Long options of curl have their value in the next word. */
const valuedLong =
  /^--(?:request|output|write-out|max-time|connect-timeout|header|data|retry|retry-delay|user-agent)$/;

function longValues(rest: readonly string[], args: readonly string[]) {
  const taken = new Map<string, string>();
  for (const [index, arg] of args.entries())
    if (valuedLong.test(arg)) taken.set(arg.slice(2), args[index + 1] ?? '');
  const values = new Set(taken.values());
  return { words: rest.filter((word) => !values.has(word)), value: (name: string) => taken.get(name) };
}

function* curlFailure(url: URL, failure: 'no-such-host' | 'refused' | 'timed-out', silent: boolean): Run {
  const [code, why] = {
    'no-such-host': [6, `Could not resolve host: ${url.hostname}`],
    refused: [
      7,
      `Failed to connect to ${url.hostname} port ${portOf(url)} after 0 ms: Couldn't connect to server`,
    ],
    'timed-out': [28, 'Connection timed out'],
  }[failure] as [number, string];
  if (!silent) yield* print(`curl: (${code}) ${why}\n`, 2);
  return code;
}

function* nslookup({ args }: Process): Run {
  const name = args.find((arg) => !arg.startsWith('-')) ?? '';
  const url = urlOf(name);
  const server = 'Server:\t\t10.0.0.10\nAddress:\t10.0.0.10:53\n\n';
  const asked = url && { method: 'LOOKUP', url, headers: {}, body: '' };
  const fetched = asked ? fetchedOf(yield { type: 'fetch', asked }) : undefined;
  if (!fetched || 'failure' in fetched) {
    yield* print(`${server}** server can't find ${name}: NXDOMAIN\n\n`);
    return 1;
  }
  yield* print(`${server}Name:\t${name}\nAddress: ${fetched.headers['address'] ?? ''}\n\n`);
  return 0;
}

export const networkCommands = { wget, curl, nslookup };
