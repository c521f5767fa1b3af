import { CodedError, isObject, type Json, type JsonObject, parseJson } from '../../base/index.ts';
import { jsonSyntaxProblem } from '../request/json-syntax.ts';
import { YamlError } from '../request/yaml/yaml-error.ts';
import { yamlToJson } from '../request/yaml/yaml-to-json.ts';

/** Of a policy file. */
const limits = { bytes: 16 * 1024 * 1024, nestingLevels: 100, aliasCharacters: 3 * 1024 * 1024 } as const;

/** A type of Go, as errors call it, and what a JSON value must be to be read as it. */
type GoType =
  | { readonly name: string; readonly is: 'string' | 'boolean' | 'any' }
  | { readonly name: string; readonly is: 'list'; readonly of: GoType }
  | { readonly name: string; readonly is: 'struct'; readonly fields: Readonly<Record<string, GoType>> };

const text: GoType = { name: 'string', is: 'string' };
const flag: GoType = { name: 'bool', is: 'boolean' };
const texts: GoType = { name: '[]string', is: 'list', of: text };
const stages: GoType = { name: '[]v1.Stage', is: 'list', of: { name: 'v1.Stage', is: 'string' } };
const resources: GoType = {
  name: 'v1.GroupResources',
  is: 'struct',
  fields: { group: text, resources: texts, resourceNames: texts },
};
const rule: GoType = {
  name: 'v1.PolicyRule',
  is: 'struct',
  fields: {
    level: { name: 'v1.Level', is: 'string' },
    users: texts,
    userGroups: texts,
    verbs: texts,
    resources: { name: '[]v1.GroupResources', is: 'list', of: resources },
    namespaces: texts,
    nonResourceURLs: texts,
    omitStages: stages,
    omitManagedFields: flag,
  },
};
const policy: GoType = {
  name: 'v1.Policy',
  is: 'struct',
  fields: {
    apiVersion: text,
    kind: text,
    metadata: { name: 'v1.ObjectMeta', is: 'any' },
    rules: { name: '[]v1.PolicyRule', is: 'list', of: rule },
    omitStages: stages,
    omitManagedFields: flag,
  },
};

const kind = 'Policy';
const apiVersion = 'audit.k8s.io/v1';

/** The policy in a text, its types checked. Fields that it has not are told in `warnings`. Throws CodedError `invalid`. */
export function readDocument(source: string): { document: JsonObject; warnings: readonly string[] } {
  if (Buffer.byteLength(source) > limits.bytes)
    throw new CodedError('invalid', `the file is larger than ${limits.bytes} bytes`);
  const value = parsed(source);
  // An empty file is a policy of no version.
  const document = value === null ? {} : value;
  if (!isObject(document)) {
    const target =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    const problem = `json: cannot unmarshal ${jsonType(document)} into Go value of type ${target}`;
    throw failed(`couldn't get version/kind; json parse error: ${problem}`);
  }
  checkKind(document);
  const unknown: string[] = [];
  check(document, policy, { path: '', go: 'Policy', unknown });
  const told = unknown.map((field) => `unknown field "${field}"`).join(', ');
  return {
    document,
    warnings:
      told === ''
        ? []
        : [`Audit policy contains errors, falling back to lenient decoding: strict decoding error: ${told}`],
  };
}

function parsed(source: string): Json {
  // What begins like JSON is read as such, in the real server too.
  if (/^\s*\{/.test(source)) {
    try {
      return parseJson(source) ?? null;
    } catch {
      const problem = jsonSyntaxProblem(Buffer.from(source));
      throw failed(`couldn't get version/kind; json parse error: ${problem ?? 'it is no JSON'}`);
    }
  }
  try {
    return parseJson(yamlToJson(source, limits).json) ?? null;
  } catch (thrown) {
    if (thrown instanceof YamlError) throw failed(thrown.message);
    throw thrown;
  }
}

function checkKind(document: JsonObject): void {
  const named = { kind: textOf(document['kind']), apiVersion: textOf(document['apiVersion']) };
  if (named.kind === '' || named.apiVersion === '') {
    throw new CodedError(
      'invalid',
      'unknown group version field audit.k8s.io/__internal, Kind=Policy in policy',
    );
  }
  if (
    named.apiVersion !== apiVersion ||
    !['Policy', 'PolicyList', 'Event', 'EventList'].includes(named.kind)
  ) {
    const scheme = 'in scheme "pkg/runtime/scheme.go:110"';
    throw failed(`no kind "${named.kind}" is registered for version "${named.apiVersion}" ${scheme}`);
  }
  if (named.kind !== kind)
    throw failed(`converting (v1.${named.kind}) to (audit.Policy): unknown conversion`);
}

interface Where {
  /** Of the value in the document. */
  readonly path: string;
  /** The struct that it is a field of, and the way to it: `PolicyRule.rules.users`. */
  readonly go: string;
  readonly unknown: string[];
}

function check(value: Json | undefined, type: GoType, where: Where): void {
  if (value === undefined || value === null || type.is === 'any') return;
  if (type.is === 'list' && Array.isArray(value)) {
    for (const [at, each] of value.entries())
      check(each, type.of, { ...where, path: `${where.path}[${at}]` });
  } else if (type.is === 'struct' && isObject(value)) checkFields(value, type.fields, { type, where });
  else if (typeof value !== type.is)
    throw failed(
      `json: cannot unmarshal ${jsonType(value)} into Go struct field ${where.go} of type ${type.name}`,
    );
}

function checkFields(
  value: JsonObject,
  fields: Readonly<Record<string, GoType>>,
  { type, where }: { readonly type: GoType; readonly where: Where },
): void {
  const { path, go, unknown } = where;
  const [, way = ''] = /^[^.]+\.(.*)$/.exec(go) ?? [];
  const owner = type.name.replace('v1.', '');
  for (const [name, each] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const place = path === '' ? name : `${path}.${name}`;
    if (field)
      check(each, field, { path: place, go: `${owner}.${way === '' ? '' : `${way}.`}${name}`, unknown });
    else unknown.push(place);
  }
}

function failed(problem: string): CodedError {
  return new CodedError('invalid', `failed decoding: ${problem}`);
}

function jsonType(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'object' : typeof value;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
