import type { CelType, Overload } from './types.ts';

/** The syntax tree of a CEL expression. `at` is an offset into the source; the checker fills in types and overloads. */
export type Expr =
  | LiteralExpr
  | IdentExpr
  | SelectExpr
  | IndexExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | LoopExpr
  | BindExpr;

interface Node {
  readonly at: number;
  type?: CelType;
}

export interface LiteralExpr extends Node {
  readonly kind: 'literal';
  readonly literal: 'null' | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes';
  readonly value: null | boolean | bigint | number | string | Uint8Array;
}

export interface IdentExpr extends Node {
  readonly kind: 'ident';
  readonly name: string;
  /** Set when a longer qualified name turned out to be one identifier. */
  slot?: number;
  typeValue?: CelType;
}

export interface SelectExpr extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(a.b)` */
  readonly test: boolean;
  /** `a.?b` */
  readonly optional: boolean;
  /** Set when the whole is the name of a type, e.g. `google.protobuf.Timestamp`. */
  typeValue?: CelType;
}

export interface IndexExpr extends Node {
  readonly kind: 'index';
  readonly operand: Expr;
  readonly index: Expr;
  /** `a[?b]` */
  readonly optional: boolean;
  /** What may be meant, in order of declaration. */
  overloads?: readonly Overload[];
}

export interface CallExpr extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
  /** What may be meant, in order of declaration. */
  overloads?: readonly Overload[];
  /** The target was a part of the function's name: `sets.contains(a, b)`. */
  qualified?: boolean;
}

export interface ListExpr extends Node {
  readonly kind: 'list';
  /** The list is what `format` prints. */
  isFormatArguments?: boolean;
  readonly items: readonly { readonly value: Expr; readonly optional: boolean }[];
}

export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[];
}

/** `Object.spec{replicas: 3, ?paused: x}`: an object of a type that has a name. */
export interface StructExpr extends Node {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    /** Of the colon. */
    readonly at: number;
    readonly value: Expr;
    readonly optional: boolean;
  }[];
}

export type LoopName =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'filter'
  | 'map'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry';

/** A macro over a list or map: one or two variables, perhaps a filter, and a body. */
export interface LoopExpr extends Node {
  readonly kind: 'loop';
  readonly name: LoopName;
  readonly target: Expr;
  readonly variables: readonly string[];
  readonly filter: Expr | undefined;
  readonly body: Expr;
  /** The first of the variables' slots. */
  slot?: number;
}

/** `a.optMap(x, e)` and `a.optFlatMap(x, e)` */
export interface BindExpr extends Node {
  readonly kind: 'bind';
  readonly name: 'optMap' | 'optFlatMap';
  readonly target: Expr;
  readonly variable: string;
  readonly body: Expr;
  slot?: number;
}

/** What is wrong with an expression, and where. */
export interface Issue {
  readonly at: number;
  readonly message: string;
}

/** The issues as cel-go prints them, each with its line and a pointer to the place. */
export function formatIssues(source: string, issues: readonly Issue[]): string {
  const lines = source.split('\n');
  const sorted = issues.toSorted((a, b) => a.at - b.at);
  return sorted.map((issue) => formatIssue(lines, issue)).join('\n');
}

function formatIssue(lines: readonly string[], { at, message }: Issue): string {
  let line = 0;
  let column = at;
  while (line < lines.length - 1 && column > (lines[line]?.length ?? 0)) {
    column -= (lines[line]?.length ?? 0) + 1;
    line++;
  }
  const text = lines[line]?.replaceAll('\t', ' ') ?? '';
  return `ERROR: <input>:${line + 1}:${column + 1}: ${message}\n | ${text}\n | ${'.'.repeat(column)}^`;
}
