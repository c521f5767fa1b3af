import type { FieldError } from '../../apimachinery/contract.ts';
import { listAt, maybeObjectAt, nameOf, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dns1035Label, dnsSubdomain, qualifiedName } from '../../apimachinery/validation/names.ts';
import { validateChoice } from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import { PolicyCompiler } from '../../cel/admission/policy-compiler.ts';
import { expressionErrors, validateMatchConditions } from './match-conditions.ts';
import { validateMatchResources } from './match-resources.ts';

/** What policies of both sorts have to fulfil before what they decide. */
export function validatePolicySpec(
  spec: JsonObject,
  old: JsonObject | undefined,
  {
    compiler,
    operations,
  }: {
    readonly compiler: PolicyCompiler;
    /** Absent: rules may speak of all. */
    readonly operations?: readonly string[];
  },
): FieldError[] {
  const paramKind = maybeObjectAt(spec, 'paramKind');
  const constraints = maybeObjectAt(spec, 'matchConstraints');
  const errors = validateChoice(spec, 'spec', 'failurePolicy', ['Fail', 'Ignore']);
  if (paramKind) errors.push(...validateParamKind(paramKind, 'spec.paramKind'));
  if (constraints) {
    errors.push(...validateMatchResources(constraints, 'spec.matchConstraints'));
    if (listAt(constraints, 'resourceRules').length === 0)
      errors.push(required('spec.matchConstraints.resourceRules'));
    if (operations) errors.push(...validateOperations(constraints, 'spec.matchConstraints', operations));
  } else errors.push(required('spec.matchConstraints'));
  // What did not change was good once.
  const same = ['paramKind', 'matchConditions'].every((member) =>
    jsonEqual(spec[member] ?? [], old?.[member] ?? []),
  );
  if (!old || !same)
    errors.push(...validateMatchConditions(spec, 'spec.matchConditions', compiler.ofConditions));
  for (const [position, variable] of objectsAt(spec, 'variables').entries())
    errors.push(...validateVariable(variable, index('spec.variables', position), compiler));
  return errors;
}

/** Of a policy or binding that can do something about some operations alone. */
export function validateOperations(
  resources: JsonObject,
  path: string,
  operations: readonly string[],
): FieldError[] {
  const here = child(path, 'resourceRules.operations');
  return objectsAt(resources, 'resourceRules').flatMap((rule) =>
    textsAt(rule, 'operations')
      .filter((operation) => !operations.includes(operation))
      .map((operation) => notSupported(here, operation, operations)),
  );
}

export function compilerFor(spec: JsonObject): PolicyCompiler {
  return new PolicyCompiler({
    hasParams: maybeObjectAt(spec, 'paramKind') !== undefined,
    hasVariables: listAt(spec, 'variables').length > 0,
  });
}

function validateParamKind(paramKind: JsonObject, path: string): FieldError[] {
  const here = child(path, 'kind');
  const kind = textAt(paramKind, 'kind');
  const problems = dns1035Label(kind.toLowerCase());
  const errors = validateParamVersion(textAt(paramKind, 'apiVersion'), child(path, 'apiVersion'));
  if (kind === '') return [...errors, required(here)];
  if (problems.length === 0) return errors;
  const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  return [...errors, invalid(here, kind, detail)];
}

function validateParamVersion(apiVersion: string, path: string): FieldError[] {
  if (apiVersion === '') return [required(path)];
  const parts = apiVersion === '/' ? ['', ''] : apiVersion.split('/');
  if (parts.length > 2) return [invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const version = parts.pop() ?? '';
  const group = parts.pop() ?? '';
  const errors: FieldError[] = [];
  const ofGroup = group === '' ? [] : dnsSubdomain(group);
  if (ofGroup.length > 0) errors.push(invalid(path, group, ofGroup.join(',')));
  if (version === '') return [...errors, invalid(path, apiVersion, 'version must be specified')];
  const ofVersion = dns1035Label(version);
  if (ofVersion.length > 0) errors.push(invalid(path, version, ofVersion.join(',')));
  return errors;
}

const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function validateVariable(variable: JsonObject, path: string, compiler: PolicyCompiler): FieldError[] {
  const [name, source] = [textAt(variable, 'name'), textAt(variable, 'expression')];
  const errors: FieldError[] = [];
  if (name.trim() === '') errors.push(required(child(path, 'name'), 'name is not specified'));
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name))
    errors.push(invalid(child(path, 'name'), name, 'must be a valid CEL identifier'));
  const here = child(path, 'expression');
  if (source.trim() === '') errors.push(required(here, 'expression is not specified'));
  else errors.push(...expressionErrors(here, source, compiler.variable(name, source)));
  return errors;
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

/** One of the `validations`. */
export function validateValidation(
  validation: JsonObject,
  path: string,
  compiler: PolicyCompiler,
): FieldError[] {
  const [source, said] = [textAt(validation, 'expression'), textAt(validation, 'messageExpression')];
  const [message, reason] = [textAt(validation, 'message'), validation['reason']];
  const errors: FieldError[] = [];
  const empty = 'must be non-empty if specified';
  if (source.trim() === '') errors.push(required(child(path, 'expression'), 'expression is not specified'));
  else errors.push(...expressionErrors(child(path, 'expression'), source, compiler.validation(source)));
  const here = child(path, 'messageExpression');
  if (said !== '' && said.trim() === '') errors.push(invalid(here, said, empty));
  else if (said !== '') errors.push(...expressionErrors(here, said, compiler.message(said)));
  if (message !== '' && message.trim() === '') errors.push(invalid(child(path, 'message'), message, empty));
  else if (/[\n\r]/.test(message.trim()))
    errors.push(invalid(child(path, 'message'), message, 'must not contain line breaks'));
  if (typeof reason === 'string' && !reasons.includes(reason))
    errors.push(notSupported(child(path, 'reason'), reason, reasons));
  return errors;
}

const annotationsLimit = 20;
const annotationBytes = 5 * 1024;

/** `auditAnnotations`: their keys are parts of names that begin with the policy's. */
export function validateAuditAnnotations(object: JsonObject, compiler: PolicyCompiler): FieldError[] {
  const path = 'spec.auditAnnotations';
  const annotations = objectsAt(object, 'spec', 'auditAnnotations');
  const errors: FieldError[] = [];
  if (annotations.length > annotationsLimit) {
    const detail = `must not have more than ${annotationsLimit} auditAnnotations`;
    // Shown with the names of Go's fields.
    const shown = annotations.map((each) => ({
      Key: textAt(each, 'key'),
      ValueExpression: textAt(each, 'valueExpression'),
    }));
    errors.push(invalid(path, shown, detail));
  }
  const keys = new Set<string>();
  for (const [position, annotation] of annotations.entries()) {
    const here = index(path, position);
    const key = textAt(annotation, 'key');
    errors.push(...validateAnnotationKey(nameOf(object), key, child(here, 'key')));
    errors.push(...validateAnnotationValue(annotation, child(here, 'valueExpression'), compiler));
    if (keys.has(key)) errors.push(duplicate(child(here, 'key'), key));
    keys.add(key);
  }
  return errors;
}

function validateAnnotationKey(policy: string, key: string, path: string): FieldError[] {
  if (policy === '') return [invalid(path, key, 'requires metadata.name be non-empty')];
  const whole = `${policy}/${key}`;
  return invalidEach(path, whole, qualifiedName(whole));
}

function validateAnnotationValue(
  annotation: JsonObject,
  path: string,
  compiler: PolicyCompiler,
): FieldError[] {
  const given = textAt(annotation, 'valueExpression');
  const source = given.trim();
  if (source === '') return [required(path, 'valueExpression is not specified')];
  if (Buffer.byteLength(source) > annotationBytes)
    return [required(path, `must not exceed ${annotationBytes} bytes in length`)];
  return expressionErrors(path, given, compiler.annotation(source));
}
