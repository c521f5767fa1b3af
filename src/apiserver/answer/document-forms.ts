import { textOf } from '../../apimachinery/metadata.ts';
import { isObject, type JsonObject, parseJson } from '../../base/index.ts';
import type { HttpRequest, HttpResponse } from '../../http/contract.ts';
import { encodeProtobufMessage, protobufEnvelope } from '../../kinds/protobuf/index.ts';
import { protobufType } from '../encode/protobuf.ts';
import { yaml } from '../encode/yaml.ts';
import { errorRendering } from '../request/accept.ts';

/** A document of discovery in the form that the caller asks for: JSON as it is kept, YAML or protobuf made of it. */
export function documentInForm(request: HttpRequest, document: HttpResponse): HttpResponse {
  const { body } = document;
  if (document.status !== 200 || !(body instanceof Uint8Array)) return document;
  // What is asked for as something is plain when it cannot be that.
  if (document.headers?.['content-type'] !== 'application/json') return document;
  const { format } = errorRendering(request.header('accept'));
  if (format === 'json') return document;
  const value = parseJson(Buffer.from(body).toString('utf8'));
  if (!isObject(value)) return document;
  const written = format === 'yaml' ? Buffer.from(yaml.text(value)) : inProtobuf(value);
  if (!written) return document;
  const headers = { ...document.headers, 'content-type': format === 'yaml' ? yaml.mediaType : protobufType };
  return { ...document, headers, body: written };
}

/** What says nothing of its version is of the first, and says nothing of it in protobuf either. */
function inProtobuf(value: JsonObject): Uint8Array | undefined {
  const message = encodeProtobufMessage({ apiVersion: 'v1', ...value });
  if (!message) return undefined;
  const named = { apiVersion: textOf(value['apiVersion']), kind: textOf(value['kind']) };
  return Buffer.concat(protobufEnvelope(named, message));
}
