import { parse } from 'yaml';
import { decodeJson, errorMessage, type Json } from '../../base/index.ts';
import type { HttpRequest } from '../../http/contract.ts';
import type { CallBody, PatchType } from '../verbs/call.ts';
import { cloneJson } from './clone.ts';
import { decodeProtobuf } from './protobuf/index.ts';
import { badRequest, unsupportedMediaType } from './status.ts';

export const bodyLimits = {
  /** The real server's limit for what etcd takes, doubled. */
  requestBytes: 3 * 1024 * 1024,
} as const;

const objectTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** The body of an HTTP request, read and parsed once when a verb asks for it. */
export function httpBody(request: HttpRequest): CallBody {
  const contentType = mediaType(request.header('content-type'));
  const length = request.header('content-length');
  const empty =
    length === undefined
      ? request.header('transfer-encoding') === undefined && request.method === 'DELETE'
      : length === '0';
  return {
    patchType: patchTypes[contentType],
    empty,
    async read() {
      const bytes = await request.body(bodyLimits.requestBytes);
      if (bytes.length === 0 && request.method === 'DELETE') return {};
      return decode(bytes, contentType);
    },
  };
}

/** A body that is a value already; each read gives a private copy. */
export function valueBody(value: Json | undefined, patchType?: PatchType): CallBody {
  return {
    patchType,
    empty: value === undefined,
    read: async () => cloneJson(value ?? {}),
  };
}

function decode(bytes: Uint8Array, contentType: string): Json {
  switch (contentType) {
    case '':
    case 'application/json':
    case 'application/json-patch+json':
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      return decodeJsonBody(bytes);
    case 'application/apply-patch+yaml':
    case 'application/yaml':
    case 'text/yaml':
      return decodeYamlBody(bytes);
    case 'application/vnd.kubernetes.protobuf':
      return decodeProtobuf(bytes);
    default:
      throw unsupportedMediaType(objectTypes);
  }
}

function decodeJsonBody(bytes: Uint8Array): Json {
  try {
    return decodeJson(bytes);
  } catch (thrown) {
    throw badRequest(`the object provided is unrecognized (must be of type JSON): ${errorMessage(thrown)}`);
  }
}

/** Clients that apply JSON label it YAML, of which it is a part: the fast parser gets the first try. */
function decodeYamlBody(bytes: Uint8Array): Json {
  try {
    if (bytes[0] === openBrace) return decodeJson(bytes);
  } catch {
    // YAML flow style: falls through.
  }
  try {
    return parse(Buffer.from(bytes).toString('utf8'), { strict: true, uniqueKeys: true }) ?? {};
  } catch (thrown) {
    throw badRequest(`error decoding YAML: ${errorMessage(thrown)}`);
  }
}

const openBrace = 0x7b;

function mediaType(header: string | undefined): string {
  if (header === undefined) return '';
  const semicolon = header.indexOf(';');
  return (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
}
