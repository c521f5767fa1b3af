import { cloneJson } from '../../apimachinery/clone.ts';
import { StatusError, unsupportedMediaType } from '../../apimachinery/status.ts';
import { CodedError, isDeeperThan, type Json, nestingLevelsLimit, parseJson } from '../../base/index.ts';
import type { BodyHolder, HttpRequest } from '../../http/contract.ts';
import { decodeProtobuf, protobufMagic } from '../../kinds/protobuf/index.ts';
import type { CallBody, PatchType } from '../call/call.ts';
import type { BodyFindings } from '../request/body-findings.ts';
import { exactJson } from '../request/json.ts';
import { jsonSyntaxProblem } from '../request/json-syntax.ts';
import type { RequestInfo } from '../request/request-info.ts';
import { UnreadableBody } from '../request/unreadable-body.ts';
import { YamlError } from '../request/yaml/yaml-error.ts';
import { yamlToJson } from '../request/yaml/yaml-to-json.ts';

export const bodyLimits = {
  /** The real server's limit for what etcd takes, doubled. */
  requestBytes: 3 * 1024 * 1024,
  /** Objects and lists within each other. The real server takes 10,000. */
  nestingLevels: nestingLevelsLimit,
  /** What aliases and merge keys of a YAML body may add, in characters of JSON. */
  aliasCharacters: 3 * 1024 * 1024,
} as const;

const objectTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

const patchTypes: ReadonlyMap<string, PatchType> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
]);

/** The body of an HTTP request, read and parsed once when a verb asks for it. */
export function httpBody(request: HttpRequest): CallBody {
  return new HttpBody(request);
}

class HttpBody implements CallBody {
  readonly patchType: PatchType | undefined;
  readonly empty: boolean;
  readonly #request: HttpRequest;
  readonly #contentType: string;
  #findings: BodyFindings | undefined;
  #taken: Uint8Array | undefined;

  constructor(request: HttpRequest) {
    this.#request = request;
    this.#contentType = mediaType(request.header('content-type'));
    this.patchType = this.#contentType === '' ? undefined : patchTypes.get(this.#contentType);
    this.empty = isBodyless(request);
  }

  /** Most requests bring nothing to find something out about. */
  get findings(): BodyFindings {
    this.#findings ??= noFindings();
    return this.#findings;
  }

  async read(): Promise<Json> {
    const bytes = await limitedBody(this.#request);
    this.#taken = bytes;
    const { method } = this.#request;
    if (bytes.length === 0 && method === 'DELETE') return {};
    if (method !== 'PATCH' && this.patchType !== undefined) throw unsupportedMediaType(objectTypes);
    return decode(bytes, this.#contentType, this.findings);
  }

  bytes(): Uint8Array | undefined {
    return this.#taken;
  }
}

const verbsWithBody: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
]);

/** Takes the body of a request as `httpBody` reads it later; undefined when it has none. */
export function comingBody(
  request: HttpRequest,
  { kind, verb }: RequestInfo,
): ((holder: BodyHolder) => Promise<Uint8Array>) | undefined {
  if (kind === 'path' || !verbsWithBody.has(verb) || isBodyless(request)) return undefined;
  return (holder) => request.body(bodyLimits.requestBytes, holder);
}

/** Deletions alone may leave it out. */
function isBodyless(request: HttpRequest): boolean {
  const length = request.header('content-length');
  if (length !== undefined) return length === '0';
  return request.header('transfer-encoding') === undefined && request.method === 'DELETE';
}

async function limitedBody(request: HttpRequest): Promise<Uint8Array> {
  const limit = bodyLimits.requestBytes;
  const tooLarge = () =>
    new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
  try {
    const bytes = await request.body(limit);
    if (bytes.length <= limit) return bytes;
  } catch (thrown) {
    if (!(thrown instanceof CodedError) || thrown.code !== 'too-large') throw thrown;
  }
  throw tooLarge();
}

/** A body that is a value already; each read gives a private copy. */
export function valueBody(value: Json | undefined, patchType?: PatchType): CallBody {
  return {
    patchType,
    empty: value === undefined,
    findings: noFindings(),
    read: async () => cloneJson(value ?? {}),
    bytes: () => undefined,
  };
}

function noFindings(): BodyFindings {
  return { warnings: [], strict: [], numbers: new Map(), tooLarge: undefined };
}

function decode(bytes: Uint8Array, contentType: string, findings: BodyFindings): Json {
  switch (contentType) {
    case '':
    case 'application/json':
    case 'application/json-patch+json':
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      return decodeJsonBody(bytes, findings);
    case 'application/apply-patch+yaml':
    case 'application/yaml':
    case 'text/yaml':
      return decodeYamlBody(bytes, findings);
    case 'application/vnd.kubernetes.protobuf':
      return decodeProtobufBody(bytes);
    default:
      throw unsupportedMediaType(objectTypes);
  }
}

function decodeProtobufBody(bytes: Uint8Array): Json {
  if (protobufMagic.every((byte, at) => bytes[at] === byte)) return decodeProtobuf(bytes);
  const why =
    bytes.length === 0
      ? 'empty data'
      : `provided data does not appear to be a protobuf message, expected prefix [${protobufMagic.join(' ')}]`;
  throw new UnreadableBody('protobuf', why, bytes);
}

function decodeJsonBody(bytes: Uint8Array, findings: BodyFindings): Json {
  const text = decoder.decode(bytes);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new UnreadableBody('json', jsonSyntaxProblem(bytes) ?? String(thrown), bytes);
  }
  return exactJson(text, bounded(value, bytes), findings);
}

/** As Go reads text: what is no UTF-8 becomes a replacement character, a byte order mark stays. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function bounded(value: Json, bytes: Uint8Array): Json {
  // Each level takes two bytes of text: most bodies are too short to be nested too deeply.
  if (bytes.length >= 2 * bodyLimits.nestingLevels && isDeeperThan(value, bodyLimits.nestingLevels))
    throw new UnreadableBody('json', 'exceeded max depth', bytes);
  return value;
}

/** Clients that apply JSON label it YAML, of which it is a part: the fast parser gets the first try. */
function decodeYamlBody(bytes: Uint8Array, findings: BodyFindings): Json {
  const text = bytes[0] === openBrace ? decoder.decode(bytes) : '';
  const value = jsonOf(text);
  if (value === undefined) return decodeYamlText(bytes, findings);
  const found = noFindings();
  const exact = exactJson(text, bounded(value, bytes), found);
  // The reader of YAML tells of these in its own words.
  const doubtful = found.strict.length > 0 || found.tooLarge !== undefined;
  return doubtful ? decodeYamlText(bytes, findings) : exact;
}

/** Undefined for YAML. */
function jsonOf(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decodeYamlText(bytes: Uint8Array, findings: BodyFindings): Json {
  try {
    const read = yamlToJson(Buffer.from(bytes).toString('utf8'), bodyLimits);
    if (read.duplicates.length > 0) {
      findings.warnings.push(...read.duplicates);
      findings.strict.push(`yaml: unmarshal errors:\n  ${read.duplicates.join('\n  ')}`);
    }
    return parseJson(read.json) ?? {};
  } catch (thrown) {
    if (!(thrown instanceof YamlError)) throw thrown;
    throw new UnreadableBody('yaml', thrown.message, bytes);
  }
}

const openBrace = 0x7b;

function mediaType(header: string | undefined): string {
  if (header === undefined) return '';
  const semicolon = header.indexOf(';');
  return (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
}
