import { parseJson as exactJson } from '../../../base/index.ts';
import { writePrivately } from '../../private-file.ts';
import { defineCommand } from '../declaration.ts';
import { list, required, text, textOr, toggle } from '../declare/flags.ts';
import { AzError } from '../errors.ts';
import { requestHeaders } from '../http/headers.ts';
import { sendWithoutRetries } from '../http/plain.ts';
import { expandHome } from '../parse/files.ts';
import { readTags } from '../parse/values.ts';
import type { Session } from '../session.ts';

const methods = ['head', 'get', 'put', 'post', 'delete', 'options', 'patch'] as const;

/** `az rest`. */
export const command = defineCommand({
  words: 'rest',
  summary: 'Send any request to a service of the estate.',
  detail:
    'The token is chosen by the origin of the URL. A URL without a scheme is taken below Resource Manager; {subscriptionId} in it stands for the active subscription.',
  flags: {
    url: required('--url --uri -u', 'URL of the request, or a path below Resource Manager.'),
    method: textOr('--method -m', 'HTTP method.', 'get', { choices: methods }),
    body: text('--body -b', 'Body. `@file` reads it from a file.'),
    headers: list('--headers', 'Space-separated headers as KEY=VALUE, or a JSON object.'),
    query: list('--uri-parameters --url-parameters', 'Query parameters as KEY=VALUE, or a JSON object.'),
    resource: text('--resource', 'Resource that the token is for. Derived from the URL when absent.'),
    anonymous: toggle('--skip-authorization-header', 'Do not send a token.'),
    outputFile: text('--output-file', 'Save the answer in a file.'),
  },
  examples: [
    {
      text: 'Get a resource group.',
      command:
        'az rest --url "/subscriptions/{subscriptionId}/resourceGroups/MyGroup?api-version=2024-11-01"',
    },
    { text: 'Put a resource from a file.', command: 'az rest --method put --url URL --body @body.json' },
  ],
  async run(call) {
    const { flags, session, context, warn } = call;
    const url = withParameters(fullUrl(flags.url, session), pairs('--uri-parameters', flags.query));
    const given = pairs('--headers', flags.headers);
    const named = (name: string) => Object.keys(given).some((key) => key.toLowerCase() === name);
    const headers: Record<string, string> = {
      ...requestHeaders(session.headers, context.random.uuid()),
      accept: '*/*',
      ...given,
    };
    const body = flags.body === undefined ? undefined : restBody(flags.body);
    if (body?.json && !named('content-type')) headers['content-type'] = 'application/json';
    if (!flags.anonymous && !named('authorization')) {
      const resource = flags.resource ?? resourceOf(url, session);
      if (resource !== undefined)
        headers['authorization'] = `Bearer ${(await session.token(resource)).accessToken}`;
      else {
        warn(
          "Can't derive appropriate Azure AD resource from --url to acquire an access token. If access token is required, use --resource to specify the resource",
        );
      }
    }
    const method = flags.method.toUpperCase();
    const answer = await sendWithoutRetries(session, {
      method,
      url,
      headers,
      ...(body ? { body: body.text } : {}),
    });
    if (answer.status >= 400) throw new AzError(`${answer.reason}(${answer.text})`);
    if (flags.outputFile !== undefined) {
      // Any answer may hold keys or tokens.
      writePrivately(expandHome(flags.outputFile, context), answer.body);
      return undefined;
    }
    if (answer.body.length === 0) return undefined;
    try {
      return exactJson(answer.text);
    } catch {
      warn(
        'Not a json response, outputting to stdout. For binary data suggest use "--output-file" to write to a file',
      );
      call.print(answer.text);
      return undefined;
    }
  },
});

function fullUrl(typed: string, session: Session): string {
  const absolute = /^https?:\/\//i.test(typed);
  const url = absolute ? typed : `${session.estate.resourceManager}/${typed.replace(/^\//, '')}`;
  return /\{subscriptionId\}/i.test(url) ? url.replace(/\{subscriptionId\}/gi, session.subscriptionId) : url;
}

function withParameters(url: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(parameters).toString();
  if (query === '') return url;
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

/** `KEY=VALUE` words, or one JSON object. */
function pairs(flag: string, words: readonly string[] | undefined): Record<string, string> {
  if (!words) return {};
  const first = words[0]?.trim() ?? '';
  if (words.length === 1 && first.startsWith('{')) {
    const value: unknown = parseJson(first);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]));
    }
  }
  const odd = words.find((word) => !word.includes('='));
  if (odd !== undefined)
    throw new AzError(`argument ${flag}: '${odd}' is not KEY=VALUE, and not a JSON object.`);
  return readTags(words);
}

/** JSON goes out re-serialised; anything else as it stands. */
function restBody(text: string): { text: string; json: boolean } {
  const value = parseJson(text);
  if (value === undefined) return { text, json: looksLikeJson(text) };
  return { text: JSON.stringify(value), json: true };
}

function looksLikeJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

function parseJson(text: string): unknown {
  try {
    return exactJson(text);
  } catch {
    return undefined;
  }
}

/** The resource whose tokens the origin of `url` takes. */
function resourceOf(url: string, session: Session): string | undefined {
  const { resourceManager, graph, audience } = session.estate;
  let origin: string;
  try {
    origin = new URL(url).origin;
  } catch {
    throw new AzError(`Invalid URL '${url}'.`);
  }
  const path = new URL(url).pathname;
  if (graph !== resourceManager && url.startsWith(`${graph}/`)) return `${graph}/`;
  if (origin === new URL(resourceManager).origin && !path.startsWith('/v1.0/')) return audience;
  return origin === new URL(graph).origin ? `${graph}/` : undefined;
}
