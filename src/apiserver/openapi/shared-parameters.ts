import { encodeJson, isObject, type JsonObject } from '../../base/index.ts';

/**
 * Moves parameters that operations share to the `parameters` member of a Swagger 2.0 document, under the names that the real server
 * gives them: the parameter's own and a hash of what it says. Those that say which kind it is about stay, and those by which
 * older clients find out what a server can do.
 * Source: k8s.io/kube-openapi/pkg/builder/parameters.go.
 */
export class SharedParameters {
  readonly shared: Record<string, JsonObject> = {};

  /** The parameter, or a reference to it. */
  share(parameter: JsonObject): JsonObject {
    if (!isShared(parameter)) return parameter;
    const name = `${parameter['name']}-${hashOf(parameter)}`;
    this.shared[name] = parameter;
    return { $ref: `#/parameters/${name}` };
  }
}

const orderOfMembers = ['uniqueItems', 'type', 'description', 'name', 'in', 'required', 'schema'];

function isShared({ name, in: place, schema }: JsonObject): boolean {
  if (place !== 'body') {
    return name !== 'name' && !(place === 'query' && (name === 'fieldValidation' || name === 'dryRun'));
  }
  const reference = isObject(schema) ? schema['$ref'] : undefined;
  return typeof reference === 'string' && reference.startsWith('#/definitions/io.k8s.apimachinery');
}

/** FNV-1 with 64 bits of the parameter's text, in which members stand as in `orderOfMembers`; the first six bytes in base64. */
function hashOf(parameter: JsonObject): string {
  const members = orderOfMembers.flatMap((name) => {
    const value = parameter[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  let hash = 0xcbf29ce484222325n;
  for (const byte of encodeJson(Object.fromEntries(members))) {
    hash = BigInt.asUintN(64, hash * 0x100000001b3n) ^ BigInt(byte);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(hash);
  return bytes.subarray(0, 6).toString('base64url');
}
