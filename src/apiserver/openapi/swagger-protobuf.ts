import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { ProtoWriter } from '../../kinds/protobuf/writer.ts';

/**
 * A Swagger 2.0 document as a message `openapi.v2.Document`
 * (https://github.com/google/gnostic-models/blob/main/openapiv2/OpenAPIv2.proto), the form in which client-go fetches it.
 * Only members that our documents use are written. Free values travel as YAML text, of which JSON is a part.
 */
export function swaggerProtobuf(document: JsonObject): Uint8Array {
  const writer = new ProtoWriter();
  const { info, paths, definitions, parameters, securityDefinitions } = document;
  text(writer, 1, document['swagger']);
  if (isObject(info)) {
    writer.message(2, () => {
      text(writer, 1, info['title']);
      text(writer, 2, info['version']);
    });
  }
  if (isObject(paths)) writer.message(8, () => writeNamed(writer, 2, paths, writePathItem));
  if (isObject(definitions)) writer.message(9, () => writeNamed(writer, 1, definitions, writeSchema));
  if (isObject(parameters)) writer.message(10, () => writeNamed(writer, 1, parameters, writeParameter));
  if (isObject(securityDefinitions)) {
    writer.message(13, () => writeNamed(writer, 1, securityDefinitions, writeSecurity));
  }
  return writer.finish();
}

type Write = (writer: ProtoWriter, value: JsonObject) => void;

/** Pairs of a name (1) and a value (2), each a message at `number`. */
function writeNamed(writer: ProtoWriter, number: number, members: JsonObject, write: Write): void {
  for (const [name, value] of Object.entries(members)) {
    if (!isObject(value)) continue;
    writer.message(number, () => {
      writer.text(1, name);
      writer.message(2, () => write(writer, value));
    });
  }
}

const methods = [
  [2, 'get'],
  [3, 'put'],
  [4, 'post'],
  [5, 'delete'],
  [6, 'options'],
  [7, 'head'],
  [8, 'patch'],
] as const;

function writePathItem(writer: ProtoWriter, item: JsonObject): void {
  for (const [number, method] of methods) {
    const operation = item[method];
    if (isObject(operation)) writer.message(number, () => writeOperation(writer, operation));
  }
  writeParameters(writer, 9, item['parameters']);
}

function writeOperation(writer: ProtoWriter, operation: JsonObject): void {
  texts(writer, 1, operation['tags']);
  text(writer, 3, operation['description']);
  text(writer, 5, operation['operationId']);
  texts(writer, 6, operation['produces']);
  texts(writer, 7, operation['consumes']);
  writeParameters(writer, 8, operation['parameters']);
  const responses = operation['responses'];
  if (isObject(responses)) writer.message(9, () => writeNamed(writer, 1, responses, writeResponse));
  texts(writer, 10, operation['schemes']);
  writeExtensions(writer, 13, operation);
}

function writeResponse(writer: ProtoWriter, response: JsonObject): void {
  writer.message(1, () => {
    text(writer, 1, response['description']);
    const schema = response['schema'];
    if (isObject(schema)) writer.message(2, () => writer.message(1, () => writeSchema(writer, schema)));
  });
}

function writeParameters(writer: ProtoWriter, number: number, parameters: Json | undefined): void {
  if (!Array.isArray(parameters)) return;
  for (const parameter of parameters) {
    if (!isObject(parameter)) continue;
    const reference = parameter['$ref'];
    writer.message(number, () => {
      if (reference === undefined) writer.message(1, () => writeParameter(writer, parameter));
      else writer.message(2, () => text(writer, 1, reference));
    });
  }
}

function writeParameter(writer: ProtoWriter, parameter: JsonObject): void {
  const schema = parameter['schema'];
  if (parameter['in'] === 'body') {
    writer.message(1, () => {
      text(writer, 1, parameter['description']);
      text(writer, 2, parameter['name']);
      text(writer, 3, parameter['in']);
      flag(writer, 4, parameter['required']);
      if (isObject(schema)) writer.message(5, () => writeSchema(writer, schema));
    });
    return;
  }
  const isQuery = parameter['in'] === 'query';
  writer.message(2, () => {
    writer.message(isQuery ? 3 : 4, () => {
      flag(writer, 1, parameter['required']);
      text(writer, 2, parameter['in']);
      text(writer, 3, parameter['description']);
      text(writer, 4, parameter['name']);
      text(writer, isQuery ? 6 : 5, parameter['type']);
      flag(writer, isQuery ? 20 : 19, parameter['uniqueItems']);
    });
  });
}

function writeSecurity(writer: ProtoWriter, scheme: JsonObject): void {
  // Of the alternatives, number 2 is an API key.
  writer.message(2, () => {
    text(writer, 1, scheme['type']);
    text(writer, 2, scheme['name']);
    text(writer, 3, scheme['in']);
    text(writer, 4, scheme['description']);
  });
}

const schemaTexts = [
  [1, '$ref'],
  [2, 'format'],
  [3, 'title'],
  [4, 'description'],
] as const;
const schemaNumbers = [
  [7, 'maximum'],
  [9, 'minimum'],
] as const;
const schemaCounts = [
  [11, 'maxLength'],
  [12, 'minLength'],
  [14, 'maxItems'],
  [15, 'minItems'],
  [17, 'maxProperties'],
  [18, 'minProperties'],
] as const;

function writeSchema(writer: ProtoWriter, schema: JsonObject): void {
  for (const [number, name] of schemaTexts) text(writer, number, schema[name]);
  if (schema['default'] !== undefined) writer.message(5, () => writeYaml(writer, schema['default']));
  for (const [number, name] of schemaNumbers) {
    const value = schema[name];
    if (typeof value === 'number') writer.double(number, value);
  }
  for (const [number, name] of schemaCounts) {
    const value = schema[name];
    if (Number.isInteger(value)) writer.integer(number, Number(value));
  }
  text(writer, 13, schema['pattern']);
  texts(writer, 19, schema['required']);
  const choices = schema['enum'];
  if (Array.isArray(choices))
    for (const choice of choices) writer.message(20, () => writeYaml(writer, choice));
  writeShape(writer, schema);
  writeExtensions(writer, 31, schema);
}

function writeShape(writer: ProtoWriter, schema: JsonObject): void {
  const { additionalProperties: values, type, items, properties } = schema;
  if (isObject(values)) writer.message(21, () => writer.message(1, () => writeSchema(writer, values)));
  else if (typeof values === 'boolean') writer.message(21, () => writer.integer(2, values ? 1 : 0));
  if (typeof type === 'string') writer.message(22, () => writer.text(1, type));
  if (isObject(items)) writer.message(23, () => writer.message(1, () => writeSchema(writer, items)));
  if (isObject(properties)) writer.message(25, () => writeNamed(writer, 1, properties, writeSchema));
}

function writeExtensions(writer: ProtoWriter, number: number, object: JsonObject): void {
  for (const [name, value] of Object.entries(object)) {
    if (!name.startsWith('x-')) continue;
    writer.message(number, () => {
      writer.text(1, name);
      writer.message(2, () => writeYaml(writer, value));
    });
  }
}

function writeYaml(writer: ProtoWriter, value: Json | undefined): void {
  writer.text(2, `${JSON.stringify(value)}\n`);
}

function text(writer: ProtoWriter, number: number, value: Json | undefined): void {
  if (typeof value === 'string' && value !== '') writer.text(number, value);
}

function texts(writer: ProtoWriter, number: number, values: Json | undefined): void {
  if (Array.isArray(values)) for (const value of values) text(writer, number, value);
}

function flag(writer: ProtoWriter, number: number, value: Json | undefined): void {
  if (value === true) writer.integer(number, 1);
}
