import { NotConverted } from '../../apimachinery/admission.ts';
import { readMetadata, splitApiVersion, textOf } from '../../apimachinery/metadata.ts';
import { badRequest, internalError, invalid, StatusError } from '../../apimachinery/status.ts';
import { firstTold } from '../../apimachinery/told.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { builtInNode, normalize, objectNode } from '../../kinds/index.ts';
import { goTypeWord } from '../../merge/patch-error.ts';
import { unknownFields } from '../../schema/index.ts';
import type { Call } from '../call/call.ts';
import { apiVersionOf } from '../storage/served-resource.ts';
import { checkFields, type FieldCheck, type WrittenNumbers } from './check-fields.ts';
import { keepingReset } from './field-managers.ts';
import { registryProblem } from './place.ts';
import { readBody } from './read-body.ts';

/** The body of a write as an object of the call's kind, without members that the kind does not have. Throws 400. */
export async function readObject(call: Call): Promise<JsonObject> {
  const body = await readBody(call);
  // A body of another kind (a Binding, a TokenRequest) is read by the verb that asked for it.
  if (isForeign(body, call)) return body;
  const problems = problemsOf(body, call);
  if (problems.mistyped !== undefined)
    throw badRequest(`${cannotBeHandled(body, call)}: ${problems.mistyped}`);
  // Of another kind, which is refused as a whole later, nobody asks which members it has.
  const kind = textOf(body['kind']);
  if (kind !== '' && kind !== call.resource.definition.kind) return body;
  const { strict } = problems;
  if (strict.length > 0)
    throw badRequest(`${cannotBeHandled(body, call)}: strict decoding error: ${told(strict).join(', ')}`);
  call.warnings.push(...told(problems.warnings));
  return body;
}

/** The real server tells of as many, however many there are. */
const findingsTold = 100;

function told(findings: readonly string[]): readonly string[] {
  return firstTold(findings.slice(0, findingsTold), ({ length }) => length);
}

/** Checks what a patch made of an object, as `readObject` checks a body. */
export function checkPatched(object: JsonObject, call: Call, patchText: () => string): void {
  const { strict, warnings, ...found } = problemsOf(object, call);
  if (found.mistyped !== undefined && call.body.patchType === 'apply' && !call.resource.custom) {
    throw notConverted(object, found.mistyped);
  }
  const mistyped = kindProblem(object, call, patchText) ?? found.mistyped;
  const refusal =
    mistyped ?? (strict.length > 0 ? `strict decoding error: ${told(strict).join(', ')}` : undefined);
  if (refusal !== undefined) {
    const message = `Invalid value: ${JSON.stringify(patchText())}: ${refusal}`;
    throw invalid({ group: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', field: 'patch', message }]);
  }
  call.warnings.push(...told(warnings));
}

/** What is applied has passed its schema already: its conversion to a Go struct fails, which is an error of the server's own. */
function notConverted(object: JsonObject, why: string): StatusError {
  const metadata = readMetadata(object);
  const [group, version] = splitApiVersion(textOf(object['apiVersion']));
  const type = `${group}/${version}, Kind=${textOf(object['kind'])}`;
  const place = `${textOf(metadata['namespace'])}/${textOf(metadata['name'])}; ${type}`;
  const message = `failed to convert new object (${place}) to proper version: unable to convert unstructured object to ${type}: ${why}`;
  return new StatusError(500, '', message);
}

function kindProblem(object: JsonObject, call: Call, patchText: () => string): string | undefined {
  const { definition, apiVersion, custom } = call.resource;
  if (custom && call.body.patchType !== 'apply') return untypedProblem(object, patchText);
  const [kind, version] = [textOf(object['kind']), textOf(object['apiVersion'])];
  if (custom || kind === '' || version === '' || (kind === definition.kind && version === apiVersion)) return;
  return registryProblem(kind, version, definition);
}

/** Why a patched custom resource has no type. Throws 500 for one without a version, as the real server answers it. */
function untypedProblem(object: JsonObject, patchText: () => string): string | undefined {
  for (const member of ['kind', 'apiVersion']) {
    const value = object[member];
    if (value === undefined || value === null || typeof value === 'string') continue;
    return `couldn't get version/kind; json parse error: json: cannot unmarshal ${goTypeWord(value)} into Go struct field .${member} of type string`;
  }
  if (textOf(object['kind']) === '') return `Object 'Kind' is missing in '${patchText()}'`;
  if (textOf(object['apiVersion']) === '') {
    const message = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
    throw new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
      causes: [{ message }],
    });
  }
  return undefined;
}

function isForeign(body: JsonObject, { resource, subresource }: Call): boolean {
  const declared = resource.definition.subresources[subresource]?.kind;
  return (
    declared !== undefined &&
    declared !== resource.definition.kind &&
    body['kind'] !== resource.definition.kind
  );
}

interface Problems {
  /** `unknown field "spec.x"` and the like; empty when nobody wants to know, or `strict` has them. */
  readonly warnings: readonly string[];
  /** What strict validation refuses. */
  readonly strict: readonly string[];
  readonly mistyped: string | undefined;
}

function problemsOf(object: JsonObject, call: Call): Problems {
  const { findings } = call.body;
  const { unknown, mistyped } = call.resource.custom ? checkCustom(object, call) : checkBuiltin(object, call);
  const tooLarge =
    findings.tooLarge === undefined
      ? undefined
      : `json: cannot unmarshal number ${findings.tooLarge} into Go value of type float64`;
  const texts = unknown.map((path) => `unknown field "${path}"`);
  const isBelowUnknown = (text: string) =>
    told(unknown).some((path) => text.startsWith(`duplicate field "${path}.`));
  // Of a member that a kind does not have its decoder sees no more than the name.
  const seen = (found: readonly string[]) =>
    call.resource.custom ? found : found.filter((text) => !isBelowUnknown(text));
  const { fieldValidation } = call.options;
  return {
    warnings: fieldValidation === 'Warn' ? [...seen(findings.warnings), ...texts] : [],
    strict: fieldValidation === 'Strict' ? [...seen(findings.strict), ...texts] : [],
    mistyped: mistyped ?? tooLarge,
  };
}

function checkBuiltin(object: JsonObject, { body, resource }: Call): FieldCheck {
  // Go's conversion of a map to a struct takes what its decoder of text refuses: 2.0 for an integer.
  const converted = body.patchType === 'strategic' || body.patchType === 'apply';
  const numbers = converted ? noNumbers : body.findings.numbers;
  const { schema } = resource.definition;
  const { unknown, mistyped } = checkFields(
    object,
    schema.root,
    numbers,
    converted ? 'conversion' : 'decoder',
  );
  // Go writes what a merge made with its members in order.
  return { unknown: body.patchType === 'merge' ? unknown.toSorted() : unknown, mistyped };
}

const noNumbers: WrittenNumbers = new Map();

/** How a state that comes from outside is read; absent: members that its kind does not have are left to whoever takes it. */
export type ReadAs = 'strict' | 'converted' | undefined;

/**
 * Brings a state that comes from outside to the form of its kind. Throws 500 for what is no object of it, `strict` also for members
 * that the kind does not have, and `NotConverted` for what was `converted`.
 */
export function bringToForm(object: JsonObject, resource: Call['resource'], as?: ReadAs): void {
  const { definition, apiVersion, custom } = resource;
  const found = custom
    ? checkCustom(object, { resource, options: { fieldValidation: 'Ignore' } })
    : checkFields(object, definition.schema.root, noNumbers, wordsOf(as));
  refuse(found, { as, apiVersion, kind: definition.kind });
  keepingReset(object, () => definition.strategy.default(object));
}

/** The same check for the body of a subresource, of which the verb takes what it knows. */
export function checkForeign(
  object: JsonObject,
  { group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string },
  as?: ReadAs,
): void {
  const apiVersion = apiVersionOf(group, version);
  const node = builtInNode(apiVersion, kind);
  if (node) refuse(checkFields(object, node, noNumbers, wordsOf(as)), { as, apiVersion, kind });
}

const wordsOf = (as: ReadAs) => (as === 'converted' ? 'conversion' : 'decoder');

function refuse(
  { mistyped, unknown }: FieldCheck,
  { as, apiVersion, kind }: { readonly as: ReadAs; readonly apiVersion: string; readonly kind: string },
): void {
  if (mistyped !== undefined && as === 'converted') {
    const [group, version] = splitApiVersion(apiVersion);
    const type = `${group}/${version}, Kind=${kind}`;
    throw new NotConverted(`unable to convert unstructured object to ${type}: ${mistyped}`);
  }
  if (mistyped !== undefined) throw internalError(mistyped);
  if (as === 'strict' && unknown.length > 0) {
    const found = told(unknown).map((path) => `unknown field "${path}"`);
    throw internalError(`strict decoding error: ${found.join(', ')}`);
  }
}

/** Custom resources are pruned and typed by their strategy; their metadata is that of every object. */
function checkCustom(
  object: JsonObject,
  {
    resource,
    options,
  }: Pick<Call, 'resource'> & { readonly options: Pick<Call['options'], 'fieldValidation'> },
): FieldCheck {
  const { metadata } = object;
  // Before members of the metadata go: the schema of every custom resource knows which there are.
  const unknown =
    options.fieldValidation === 'Ignore' ? [] : unknownFields(object, resource.definition.schema.root);
  if (metadata === undefined || metadata === null) return { unknown, mistyped: undefined };
  if (!isObject(metadata)) {
    const mistyped = `json: cannot unmarshal ${goTypeWord(metadata)} into Go value of type v1.ObjectMeta`;
    return { unknown, mistyped };
  }
  const { mistyped } = checkFields(metadata, metadataNode, noNumbers);
  if (mistyped === undefined) keepingReset(object, () => normalize(metadata, metadataType));
  return { unknown, mistyped };
}

const metadataType = 'meta.v1.ObjectMeta';
const metadataNode = objectNode(metadataType);

function cannotBeHandled(object: JsonObject, { resource }: Call): string {
  const { kind } = resource.definition;
  const [, version] = splitApiVersion(textOf(object['apiVersion']) || resource.apiVersion);
  return `${textOf(object['kind']) || kind} in version "${version}" cannot be handled as a ${kind}`;
}
