import type { Json, JsonObject } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { textAt } from '../read.ts';
import { child, invalid, required } from './errors.ts';
import { dns1035Label, dnsSubdomain } from './names.ts';

const form = '; desired format: https://host[/path]';

/** Field errors of the URL of a webhook. */
function validateWebhookUrl(url: string, path: string): FieldError[] {
  const parsed = parseUrl(url);
  if (typeof parsed === 'string') {
    return [required(path, `url must be a valid URL: parse ${JSON.stringify(url)}: ${parsed}${form}`)];
  }
  const { scheme, user, host, query, fragment } = parsed;
  const errors: FieldError[] = [];
  if (scheme !== 'https') errors.push(invalid(path, scheme, `'https' is the only allowed URL scheme${form}`));
  if (host === '') errors.push(invalid(path, host, `host must be specified${form}`));
  if (user !== undefined) errors.push(invalid(path, user, 'user information is not permitted in the URL'));
  if (fragment !== '') errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalid(path, query, 'query parameters are not permitted in the URL'));
  return errors;
}

interface Parsed {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly host: string;
  readonly query: string;
  readonly fragment: string;
}

/** A URL as Go takes it apart, or what it says of one that is none. */
function parseUrl(text: string): Parsed | string {
  if (/\p{Cc}/u.test(text)) return 'net/url: invalid control character in URL';
  const [beforeFragment = '', fragment = ''] = splitOnce(text, '#');
  if (beforeFragment.startsWith(':')) return 'missing protocol scheme';
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(beforeFragment)?.[1]?.toLowerCase() ?? '';
  const afterScheme = scheme === '' ? beforeFragment : beforeFragment.slice(scheme.length + 1);
  const [rest = '', query = ''] = splitOnce(afterScheme, '?');
  if (!rest.startsWith('/') && scheme === '') {
    const [segment = ''] = rest.split('/');
    if (segment.includes(':')) return 'first path segment in URL cannot contain colon';
  }
  const authority = rest.startsWith('//') ? (rest.slice(2).split('/')[0] ?? '') : '';
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const escaped = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(rest);
  const problem = hostProblem(host);
  if (problem !== undefined) return problem;
  if (escaped) return `invalid URL escape ${JSON.stringify(escaped[0])}`;
  return { scheme, user: at < 0 ? undefined : authority.slice(0, at), host, query, fragment };
}

function hostProblem(host: string): string | undefined {
  const odd = /[ "<>^`{|}\\]/.exec(host);
  if (odd) return `invalid character ${JSON.stringify(odd[0])} in host name`;
  const port = /:([^:\]]*)$/.exec(host.replace(/^\[[^\]]*\]/, ''));
  if (port?.[1] !== undefined && !/^\d*$/.test(port[1])) {
    return `invalid port ${JSON.stringify(port[0])} after host`;
  }
  return undefined;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Field errors of the Service that a webhook lies behind. */
function validateWebhookService(service: JsonObject, path: string): FieldError[] {
  const errors = ['name', 'namespace']
    .filter((member) => textAt(service, member) === '')
    .map((member) => required(child(path, member)));
  const port = service['port'] ?? 443;
  if (typeof port !== 'number' || port < 1 || port > 65_535) {
    const why = 'port is not valid: must be between 1 and 65535, inclusive';
    errors.push(invalid(child(path, 'port'), port, why));
  }
  return [...errors, ...validatePath(service['path'], child(path, 'path'))];
}

function validatePath(value: Json | undefined, path: string): FieldError[] {
  if (typeof value !== 'string' || value === '' || value === '/') return [];
  if (value === '//') return [invalid(path, value, 'segment[0] may not be empty')];
  const errors = value.startsWith('/') ? [] : [invalid(path, value, "must start with a '/'")];
  const segments = value.slice(1).replace(/\/$/, '').split('/');
  for (const [at, segment] of segments.entries()) {
    if (segment === '') errors.push(invalid(path, value, `segment[${at}] may not be empty`));
    else errors.push(...dnsSubdomain(segment).map((why) => invalid(path, value, `segment[${at}]: ${why}`)));
  }
  return errors;
}

/** Field errors of a `clientConfig`, which says one of two. `field`: what it is called. */
export function validateWebhookClient(config: JsonObject, field: string): FieldError[] {
  const { url, service } = config;
  const isAbsent = (value: Json | undefined) => value === undefined || value === null;
  if (isAbsent(url) === isAbsent(service))
    return [required(field, 'exactly one of url or service is required')];
  if (typeof url === 'string') return validateWebhookUrl(url, child(field, 'url'));
  return typeof service === 'object' && service !== null && !Array.isArray(service)
    ? validateWebhookService(service, child(field, 'service'))
    : [];
}

/** Field errors of the versions of reviews that a webhook takes; `recognized`: one of them has to be known. */
export function validateReviewVersions(
  versions: readonly string[],
  {
    path,
    whenNone,
    recognized,
  }: { readonly path: string; readonly whenNone: string; readonly recognized: boolean },
): FieldError[] {
  if (versions.length === 0) return [required(path, whenNone)];
  const errors: FieldError[] = [];
  for (const [at, version] of versions.entries()) {
    if (versions.indexOf(version) < at) errors.push(invalid(`${path}[${at}]`, version, 'duplicate version'));
    else errors.push(...dns1035Label(version).map((why) => invalid(`${path}[${at}]`, version, why)));
  }
  if (recognized && !versions.some((version) => knownVersions.includes(version))) {
    errors.push(invalid(path, [...versions], `must include at least one of ${knownVersions.join(', ')}`));
  }
  return errors;
}

const knownVersions = ['v1', 'v1beta1'];
