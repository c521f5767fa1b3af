import { isObject, type JsonObject } from '../../base/index.ts';
import { unknownFields } from '../schema/index.ts';
import { badRequest, invalid } from '../wire/status.ts';
import type { Call } from './call.ts';
import { checkFields } from './check-fields.ts';
import { splitApiVersion, textOf } from './metadata.ts';

/** The body of a write as an object of the call's kind, without members that the kind does not have. Throws 400. */
export async function readObject(call: Call): Promise<JsonObject> {
  const body = await call.body.read();
  if (!isObject(body)) {
    const { kind } = call.resource.definition;
    throw badRequest(`the body of the request is not a ${kind} object`);
  }
  // A body of another kind (a Binding, a TokenRequest) is read by the verb that asked for it.
  if (isForeign(body, call)) return body;
  const problems = problemsOf(body, call);
  if (problems.mistyped !== undefined)
    throw badRequest(`${cannotBeHandled(body, call)}: ${problems.mistyped}`);
  const { warnings, strict } = call.body.duplicates;
  switch (call.options.fieldValidation) {
    case 'Ignore':
      break;
    case 'Strict': {
      const findings = [...strict, ...problems.unknown];
      if (findings.length > 0)
        throw badRequest(
          `${cannotBeHandled(body, call)}: strict decoding error: ${told(findings).join(', ')}`,
        );
      break;
    }
    default:
      call.warnings.push(...told([...warnings, ...problems.unknown]));
  }
  return body;
}

/** The real server tells of as many, however many there are. */
const findingsTold = 100;

function told(findings: readonly string[]): readonly string[] {
  return findings.slice(0, findingsTold);
}

/** Checks what a patch made of an object, as `readObject` checks a body. */
export function checkPatched(object: JsonObject, call: Call, patchText: () => string): void {
  const problems = problemsOf(object, call);
  if (problems.mistyped !== undefined)
    throw badRequest(`${cannotBeHandled(object, call)}: ${problems.mistyped}`);
  if (problems.unknown.length === 0) return;
  if (call.options.fieldValidation === 'Strict') {
    const message = `Invalid value: ${JSON.stringify(patchText())}: strict decoding error: ${told(problems.unknown).join(', ')}`;
    throw invalid({ group: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', field: 'patch', message }]);
  }
  call.warnings.push(...told(problems.unknown));
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
  /** `unknown field "spec.x"`; empty when nobody wants to know. */
  readonly unknown: readonly string[];
  readonly mistyped: string | undefined;
}

function problemsOf(object: JsonObject, { resource, options }: Call): Problems {
  const { definition, custom } = resource;
  if (custom) {
    // Custom resources are pruned and typed by their strategy.
    const unknown = options.fieldValidation === 'Ignore' ? [] : unknownFields(object, definition.schema.root);
    return { unknown, mistyped: undefined };
  }
  const { unknown, mistyped } = checkFields(object, definition.schema.root, definition.kind);
  const reported = options.fieldValidation === 'Ignore' ? [] : unknown;
  return { unknown: reported.map((path) => `unknown field "${path}"`), mistyped };
}

function cannotBeHandled(object: JsonObject, { resource }: Call): string {
  const { kind } = resource.definition;
  const [, version] = splitApiVersion(textOf(object['apiVersion']) || resource.apiVersion);
  return `${textOf(object['kind']) || kind} in version "${version}" cannot be handled as a ${kind}`;
}
