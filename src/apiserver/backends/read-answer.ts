import { splitApiVersion, textOf } from '../../apimachinery/metadata.ts';
import { numberAt, textAt } from '../../apimachinery/read.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import {
  isDeeperThan,
  isObject,
  type Json,
  type JsonObject,
  nestingLevelsLimit,
  parseJson,
} from '../../base/index.ts';
import type { HttpsAnswer } from '../../http/node/client.ts';
import { goTypeWord } from '../../merge/patch-error.ts';
import { jsonSyntaxProblem } from '../request/json-syntax.ts';
import { YamlError } from '../request/yaml/yaml-error.ts';
import { yamlToJson } from '../request/yaml/yaml-to-json.ts';
import { BackendFailure } from './backends.ts';

/** What a backend says that is asked for an object of one kind, in one of the versions. */
export interface Wanted {
  readonly group: string;
  readonly kind: string;
  readonly version: string;
  /** Versions that the reader knows, and does not take for one another. */
  readonly known: readonly string[];
}

/**
 * The object in an answer. Throws `BackendFailure` in the words of the real server's client for a status that is no
 * success, and for a body that is none.
 */
export function readAnswer(answer: HttpsAnswer, wanted: Wanted): JsonObject {
  if (answer.status < 200 || answer.status > 206) throw new BackendFailure(problemOf(answer));
  const contentType = answer.header('content-type') ?? '';
  if (answer.body.length === 0) {
    throw new BackendFailure(
      `0-length response with status code: ${answer.status} and content type: ${contentType}`,
    );
  }
  const object = decoded(answer.body);
  checkKind(object, wanted);
  return object;
}

function decoded(body: Buffer): JsonObject {
  const value = readValue(body);
  if (isObject(value)) return value;
  const why = `json: cannot unmarshal ${goTypeWord(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
  throw new BackendFailure(`couldn't get version/kind; json parse error: ${why}`);
}

const yamlLimits = { nestingLevels: 100, aliasCharacters: 1024 * 1024 };
/** Of an answer that is no JSON: reading YAML takes long, and everybody waits. */
const yamlBytes = 256 * 1024;

/** What is not meant to be JSON is read as YAML, as the real server's reader does. */
function readValue(body: Buffer): Json {
  const text = body.toString('utf8');
  if (/^\s*\{/.test(text)) {
    const problem = jsonSyntaxProblem(body);
    const value = problem === undefined ? boundedJson(text) : undefined;
    if (value !== undefined) return value;
    throw new BackendFailure(
      `couldn't get version/kind; json parse error: ${problem ?? 'exceeded max depth'}`,
    );
  }
  if (body.length > yamlBytes)
    throw new BackendFailure(`answers that are no JSON have at most ${yamlBytes} bytes, not ${body.length}`);
  try {
    return parseJson(yamlToJson(text, yamlLimits).json);
  } catch (thrown) {
    if (thrown instanceof YamlError) throw new BackendFailure(thrown.message);
    throw thrown;
  }
}

/** The value of a JSON text; undefined when it is nested deeper than what is read of requests. */
export function boundedJson(text: string): Json | undefined {
  try {
    const value = parseJson(text);
    return isDeeperThan(value, nestingLevelsLimit) ? undefined : value;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function checkKind(object: JsonObject, { group, kind, version, known }: Wanted): void {
  const [givenGroup, givenVersion] = splitApiVersion(textOf(object['apiVersion']));
  const given = textOf(object['kind']);
  // What says nothing of itself is taken for what was asked for, and refused afterwards where that counts.
  if (given === '' || (given === kind && givenGroup === group && givenVersion === version)) return;
  const isStatus = given === 'Status' && givenGroup === '' && givenVersion === 'v1';
  if (isStatus || (given === kind && givenGroup === group && known.includes(givenVersion))) {
    const names = `(${givenVersion}.${given}) to (${version}.${kind})`;
    throw new BackendFailure(`converting ${names}: unknown conversion`);
  }
  const shown = textOf(object['apiVersion']);
  throw new BackendFailure(
    `no kind ${goQuote(given)} is registered for version ${goQuote(shown)} in scheme "pkg/runtime/scheme.go:110"`,
  );
}

const shownBytes = 2_048;

function problemOf({ status, body, header }: HttpsAnswer): string {
  const said = statusIn(body);
  if (said !== undefined) return said;
  const contentType = header('content-type') ?? '';
  const isText = contentType === '' || contentType.toLowerCase().startsWith('text/');
  const message = isText ? body.subarray(0, shownBytes).toString('utf8').trim() : 'unknown';
  return (
    fixedProblems[status] ??
    (takesMessage.has(status)
      ? message
      : status >= 500
        ? `an error on the server (${goQuote(message)}) has prevented the request from succeeding`
        : `the server responded with the status code ${status} but did not return more information`)
  );
}

/** A Status in the body counts for more than the code. */
function statusIn(body: Buffer): string | undefined {
  if (body.length === 0 || body[0] !== 0x7b || jsonSyntaxProblem(body) !== undefined) return undefined;
  const object = boundedJson(body.toString('utf8'));
  if (textAt(object, 'kind') !== 'Status' || textAt(object, 'apiVersion') !== 'v1') return undefined;
  return textAt(object, 'status') === 'Success' || numberAt(object, 'code') < 0
    ? undefined
    : textAt(object, 'message');
}

const takesMessage: ReadonlySet<number> = new Set([403, 415]);

const fixedProblems: Readonly<Record<number, string | undefined>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  406: 'the server was unable to respond with a content type that the client supports',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};
