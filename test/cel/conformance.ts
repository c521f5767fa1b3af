import { getConformanceSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { check, type Variable } from '../../src/cel/checker.ts';
import { compile } from '../../src/cel/compile.ts';
import { CelSyntaxError } from '../../src/cel/lexer.ts';
import { kubernetesFunctions } from '../../src/cel/library/index.ts';
import { parseCel } from '../../src/cel/parser.ts';
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  formatType,
  intType,
  listType,
  mapType,
  nullType,
  stringType,
  timestampType,
  uintType,
} from '../../src/cel/types.ts';
import {
  CelError,
  CelUint,
  Duration,
  ListValue,
  MapValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  typeOf,
  type Value,
} from '../../src/cel/values.ts';

export type SpecTest = IncrementalTestSuite['tests'][number]['original'];
type Result = Extract<SpecTest['resultMatcher'], { case: 'value' }>['value'];
type DeclaredType = Extract<SpecTest['typeEnv'][number]['declKind'], { case: 'ident' }>['value']['type'];

/** A case of the official suite with where it stands, e.g. `macros/exists/list_elem_all_true`. */
export interface Case {
  readonly place: string;
  readonly spec: SpecTest;
}

export function allCases(suite = getConformanceSuite(), place = ''): Case[] {
  return suite.suites.flatMap((child) => {
    const at = place === '' ? child.name : `${place}/${child.name}`;
    return [
      ...child.tests.map(({ name, original }) => ({ place: `${at}/${name}`, spec: original })),
      ...allCases(child, at),
    ];
  });
}

/** What a case gives, written so that it can be compared: a value, a type that was worked out, or `error: ...`. */
export function outcomeOf({ spec }: Case): string {
  return outcome(spec);
}

/** The same of an expression without variables. */
export function outcomeOfText(expr: string): string {
  return outcome({ expr, checkOnly: false, typeEnv: [], bindings: {} });
}

function outcome(spec: Pick<SpecTest, 'expr' | 'checkOnly' | 'typeEnv' | 'bindings'>): string {
  try {
    const variables = declaredIn(spec);
    const expr = parseCel(spec.expr);
    const checked = check(expr, variables, { registry: kubernetesFunctions() });
    const [issue] = checked.issues;
    if (issue) return `error: ${issue.message}`;
    if (spec.checkOnly) return `type: ${formatType(checked.type)}`;
    const slots = Array.from({ length: checked.slots }, (): Value => null);
    for (const [at, { name }] of variables.entries()) slots[at] = boundIn(spec, name);
    return shown(compile(expr)({ slots, budget: { steps: 10_000_000 } }));
  } catch (thrown) {
    if (thrown instanceof CelSyntaxError) return `error: ${thrown.issue.message}`;
    if (thrown instanceof CelError) return `error: ${thrown.message}`;
    throw thrown;
  }
}

/** What the suite expects, in the same form; undefined when it is a value that only protobuf has. */
export function expectedOf({ spec }: Case): string | undefined {
  const { resultMatcher: matcher } = spec;
  switch (matcher.case) {
    case 'value':
      return shownResult(matcher.value);
    case 'typedResult': {
      if (spec.checkOnly) {
        const type = matcher.value.deducedType && celType(matcher.value.deducedType);
        return type && `type: ${formatType(type)}`;
      }
      return matcher.value.result && shownResult(matcher.value.result);
    }
    case 'evalError':
    case 'anyEvalErrors':
      return 'error';
    case undefined:
      return 'true';
    default:
      return undefined;
  }
}

/** Needs protobuf messages, which no object of Kubernetes is. */
export function needsMessages({ spec }: Case): boolean {
  if (spec.container !== '' || /google\.protobuf\.(?!Timestamp|Duration)|TestAllTypes/.test(spec.expr))
    return true;
  if (spec.typeEnv.some(({ declKind }) => declKind.case === 'ident' && namesMessage(declKind.value.type)))
    return true;
  return Object.values(spec.bindings).some(({ kind }) => kind.case === 'value' && holdsMessage(kind.value));
}

function namesMessage(type: DeclaredType): boolean {
  const kind = type?.typeKind;
  switch (kind?.case) {
    case 'messageType':
    case 'wrapper':
      return true;
    case 'wellKnown':
      return kind.value === 1;
    case 'listType':
      return namesMessage(kind.value.elemType);
    case 'mapType':
      return namesMessage(kind.value.valueType);
    default:
      return false;
  }
}

function declaredIn(spec: Pick<SpecTest, 'typeEnv' | 'bindings'>): Variable[] {
  const declared = spec.typeEnv.flatMap(({ name, declKind }) => {
    if (declKind.case !== 'ident') return [];
    return [{ name, type: (declKind.value.type && celType(declKind.value.type)) ?? dynType }];
  });
  const others = Object.keys(spec.bindings).filter((name) => !declared.some((each) => each.name === name));
  return [...declared, ...others.map((name) => ({ name, type: dynType }))];
}

function boundIn(spec: Pick<SpecTest, 'bindings'>, name: string): Value {
  const bound = spec.bindings[name]?.kind;
  return bound?.case === 'value' ? celValue(bound.value) : null;
}

const primitives = [dynType, boolType, intType, uintType, doubleType, stringType, bytesType] as const;

function celType(type: NonNullable<DeclaredType>): CelType | undefined {
  const { typeKind: kind } = type;
  switch (kind.case) {
    case 'dyn':
      return dynType;
    case 'null':
      return nullType;
    case 'primitive':
      return primitives[kind.value];
    case 'wellKnown':
      return kind.value === 2 ? timestampType : kind.value === 3 ? durationType : undefined;
    case 'listType': {
      const element = kind.value.elemType && celType(kind.value.elemType);
      return element && listType(element);
    }
    case 'mapType': {
      const key = kind.value.keyType && celType(kind.value.keyType);
      const value = kind.value.valueType && celType(kind.value.valueType);
      return key && value && mapType(key, value);
    }
    case 'type': {
      const of = celType(kind.value);
      return of && { kind: 'type', of };
    }
    default:
      return undefined;
  }
}

function celValue({ kind }: Result): Value {
  switch (kind.case) {
    case 'boolValue':
    case 'int64Value':
    case 'doubleValue':
    case 'stringValue':
    case 'bytesValue':
      return kind.value;
    case 'uint64Value':
      return new CelUint(kind.value);
    case 'typeValue':
      return new TypeValue(kind.value);
    case 'listValue':
      return new ListValue(kind.value.values.map(celValue));
    case 'mapValue':
      return new MapValue(
        kind.value.entries.flatMap(({ key, value }) =>
          key && value ? [[celValue(key), celValue(value)] as const] : [],
        ),
      );
    default:
      return null;
  }
}

function shownResult(result: Result): string | undefined {
  return holdsMessage(result) ? undefined : shown(celValue(result));
}

function holdsMessage({ kind }: Result): boolean {
  switch (kind.case) {
    case 'objectValue':
    case 'enumValue':
      return true;
    case 'listValue':
      return kind.value.values.some(holdsMessage);
    case 'mapValue':
      return kind.value.entries.some(({ value }) => value !== undefined && holdsMessage(value));
    default:
      return false;
  }
}

/** A value with its type, so that `1`, `1u` and `1.0` differ. Entries of maps have no order. */
function shown(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : `double ${value}`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof CelUint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`;
  if (value instanceof ListValue) return `[${[...value].map(shown).join(', ')}]`;
  if (value instanceof MapValue) {
    return `{${[...value.keys()]
      .map((key) => `${shown(key)}: ${shown(value.get(key) ?? null)}`)
      .sort()
      .join(', ')}}`;
  }
  if (value instanceof Timestamp || value instanceof Duration) return `${typeOf(value)} ${value.nanos}`;
  if (value instanceof TypeValue) return `type ${value.name}`;
  if (value instanceof OptionalValue)
    return value.value === undefined ? 'none' : `optional ${shown(value.value)}`;
  return typeof value === 'boolean' ? String(value) : typeOf(value);
}
