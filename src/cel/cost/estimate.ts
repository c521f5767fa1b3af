import type { CelType, Overload } from '../types.ts';
import {
  fixedSize,
  listCost,
  mapCost,
  mostUnits,
  plus,
  type Size,
  times,
  unionOf,
  unknownSize,
} from './amounts.ts';
import { type CallEstimate, callEstimate, type Part } from './calls.ts';
import {
  accumulator,
  type BindNode,
  type CallNode,
  type Expanded,
  type FoldNode,
  type MapEntry,
  type SelectNode,
} from './expanded.ts';
import { type ElementsAt, partNames, SchemaPath } from './path.ts';

/** What the elements of a list or map may be as long as. */
interface ElementSizes {
  readonly container: 'list' | 'map';
  readonly key: Size;
  readonly value: Size;
}

interface Local {
  readonly path: SchemaPath;
  readonly size: Size | undefined;
  readonly elements: ElementSizes | undefined;
}

/**
 * The most that one evaluation of an expression may cost, in the units of the real server: what it reads, how long
 * texts and lists may be as the schema says, loops multiplied. Saturates at 2^64.
 */
export function estimateCost(expr: Expanded, elementsAt: ElementsAt): number {
  return new Estimate(elementsAt).cost(expr);
}

class Estimate {
  readonly #elementsAt: ElementsAt;
  /** What stands in two places is counted twice and looked at once: chains of `optMap` would double it each time. */
  readonly #costs = new Map<Expanded, number>();
  readonly #paths = new Map<Expanded, SchemaPath>();
  readonly #sizes = new Map<Expanded, Size>();
  readonly #elements = new Map<Expanded, ElementSizes>();
  readonly #locals = new Map<string, Local[]>();

  constructor(elementsAt: ElementsAt) {
    this.#elementsAt = elementsAt;
  }

  cost(expr: Expanded): number {
    const known = this.#costs.get(expr);
    if (known !== undefined) return known;
    const cost = this.#costOf(expr);
    this.#costs.set(expr, cost);
    return cost;
  }

  #costOf(expr: Expanded): number {
    switch (expr.kind) {
      case 'literal':
        return 0;
      case 'ident':
        this.#paths.set(expr, this.#local(expr.name)?.path ?? SchemaPath.of(expr.name));
        return 1;
      case 'select':
        return this.#selectCost(expr);
      case 'call':
        return this.#callCost(expr);
      case 'list':
        return this.#listCost(expr, expr.elements);
      case 'map':
        return this.#mapCost(expr, expr.entries);
      case 'fold':
        return this.#foldCost(expr);
      default:
        return this.#bindCost(expr);
    }
  }

  #selectCost(expr: SelectNode): number {
    const cost = this.cost(expr.operand);
    // That a field is there costs what leads to it.
    if (expr.test) return cost;
    this.#paths.set(expr, this.#path(expr.operand).below(expr.field));
    return ['map', 'object', 'param'].includes(expr.operand.type.kind) ? plus(cost, 1) : cost;
  }

  #callCost(expr: CallNode): number {
    if (expr.name === 'dyn' && expr.args[0]) return this.#dynCost(expr, expr.args[0]);
    const costs: number[] = [];
    const args: Part[] = [];
    for (const arg of expr.args) {
      costs.push(this.cost(arg));
      args.push(this.#part(arg));
    }
    const targetCost = expr.target ? this.cost(expr.target) : 0;
    const target = expr.target && this.#part(expr.target);
    let most = 0;
    let size: Size | undefined;
    for (const overload of expr.overloads ?? [undefined]) {
      const found = this.#overloadCost(expr, { overload, target, args, costs });
      most = Math.max(most, found.cost);
      if (found.size) size = size ? unionOf(size, found.size) : found.size;
      const [first] = expr.args;
      const step = first && expr.name === '_[_]' ? indexStep(overload) : undefined;
      if (first && step) {
        size = this.#elementSizes(first)?.value;
        this.#paths.set(expr, this.#path(first).below(step));
      }
      size ??= this.#size(expr);
    }
    if (size) this.#sizes.set(expr, size);
    return plus(targetCost, most);
  }

  #dynCost(expr: CallNode, arg: Expanded): number {
    const cost = this.cost(arg);
    this.#copySizes(expr, arg);
    return plus(1, cost);
  }

  #overloadCost(
    expr: CallNode,
    call: {
      overload: Overload | undefined;
      target: Part | undefined;
      args: readonly Part[];
      costs: readonly number[];
    },
  ): CallEstimate {
    const { costs } = call;
    const own = callEstimate({ name: expr.name, listElement: (of) => this.#listElement(of), ...call });
    const [condition = 0, yes = 0, no = 0] = costs;
    if (expr.name === '_?_:_') {
      const [, first, second] = expr.args;
      const elements = unionOfElements(
        first && this.#elementSizes(first),
        second && this.#elementSizes(second),
      );
      if (elements) this.#elements.set(expr, elements);
      return { ...own, cost: plus(condition, Math.max(yes, no)) };
    }
    if (expr.name === '_+_') this.#joinElements(expr);
    return { ...own, cost: costs.reduce(plus, own.cost) };
  }

  #joinElements(expr: CallNode): void {
    const [a, b] = expr.args;
    const elements = unionOfElements(a && this.#elementSizes(a), b && this.#elementSizes(b));
    if (elements) this.#elements.set(expr, elements);
  }

  #listCost(expr: Expanded, elements: readonly Expanded[]): number {
    let cost = listCost;
    let value: Size = elements.length === 0 ? fixedSize(0) : { min: mostUnits, max: 0 };
    for (const element of elements) {
      cost = plus(cost, this.cost(element));
      value = unionOf(value, this.#size(element) ?? unknownSize);
    }
    this.#elements.set(expr, { container: 'list', key: fixedSize(1), value });
    return cost;
  }

  #mapCost(expr: Expanded, entries: readonly MapEntry[]): number {
    let cost = mapCost;
    const none = entries.length === 0 ? fixedSize(0) : { min: mostUnits, max: 0 };
    let [key, value]: [Size, Size] = [none, none];
    for (const entry of entries) {
      cost = plus(cost, plus(this.cost(entry.key), this.cost(entry.value)));
      key = unionOf(key, this.#size(entry.key) ?? unknownSize);
      value = unionOf(value, this.#size(entry.value) ?? unknownSize);
    }
    this.#elements.set(expr, { container: 'map', key, value });
    return cost;
  }

  #foldCost(expr: FoldNode): number {
    const { range, start, variables } = expr;
    let cost = plus(this.cost(range), this.cost(start));
    this.#enter(accumulator, this.#localOf(start));
    this.#enterVariables(expr);
    const each = plus(this.cost(expr.goesOn), this.cost(expr.step));
    for (const name of variables) this.#leave(name);
    cost = plus(cost, this.cost(expr.result));
    this.#leave(accumulator);
    const count = this.#size(range) ?? unknownSize;
    cost = plus(cost, times(count.max, each));
    if (start.kind === 'literal') this.#sizes.set(expr, start.size);
    else {
      this.#sizes.set(expr, count);
      const elements = this.#elementSizes(expr.step);
      if (elements) this.#elements.set(expr, elements);
    }
    return cost;
  }

  #enterVariables({ range, variables }: FoldNode): void {
    const elements = this.#elementSizes(range);
    const isList = (elements?.container ?? range.type.kind) === 'list';
    const [first = '', second] = variables;
    const enter = (name: string, step: string, size: Size | undefined): void => {
      this.#enter(name, { path: this.#path(range).below(step), size, elements: undefined });
    };
    if (second === undefined) {
      if (isList) enter(first, partNames.items, elements?.value);
      else enter(first, partNames.keys, elements?.key);
      return;
    }
    enter(first, isList ? partNames.indices : partNames.keys, elements?.key);
    enter(second, isList ? partNames.items : partNames.values, elements?.value);
  }

  #bindCost({ variable, value, body, ...rest }: BindNode): number {
    const cost = plus(listCost, this.cost(value));
    this.#enter(variable, this.#localOf(value));
    const bodyCost = this.cost(body);
    this.#leave(variable);
    this.#copySizes({ variable, value, body, ...rest }, body);
    return plus(cost, bodyCost);
  }

  #localOf(expr: Expanded): Local {
    return { path: this.#path(expr), size: this.#size(expr), elements: this.#elementSizes(expr) };
  }

  #enter(name: string, local: Local): void {
    const known = this.#locals.get(name);
    if (known) known.push(local);
    else this.#locals.set(name, [local]);
  }

  #leave(name: string): void {
    this.#locals.get(name)?.pop();
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #path(expr: Expanded): SchemaPath {
    const local = expr.kind === 'ident' ? this.#local(expr.name) : undefined;
    return local?.path ?? this.#paths.get(expr) ?? SchemaPath.none;
  }

  #part(expr: Expanded): Part {
    const size = this.#size(expr);
    const path = this.#path(expr);
    return {
      type: expr.type,
      size: size ?? unknownSize,
      isSized: size !== undefined,
      path,
      whole: expr.kind === 'literal' ? expr.whole : undefined,
    };
  }

  #listElement(list: Part): { readonly type: CelType; readonly size: Size } | undefined {
    if (list.type.kind !== 'list') return undefined;
    const { path } = list;
    const known = path.isEmpty ? undefined : this.#elementsAt([...path.steps.slice(1), partNames.items]);
    return {
      type: list.type.element,
      size: known === undefined ? unknownSize : { min: 0, max: known },
    };
  }

  #copySizes(to: Expanded, from: Expanded): void {
    const size = this.#size(from);
    if (size) this.#sizes.set(to, size);
    const elements = this.#elementSizes(from);
    if (elements) this.#elements.set(to, elements);
  }

  #size(expr: Expanded): Size | undefined {
    const known = this.#sizes.get(expr);
    if (known) return known;
    if (expr.kind === 'literal') return expr.size;
    if (expr.kind === 'list') return fixedSize(expr.elements.length);
    if (expr.kind === 'map') return fixedSize(expr.entries.length);
    const path = this.#path(expr);
    const elements = path.isEmpty ? undefined : this.#elementsAt(path.steps.slice(1));
    if (elements !== undefined) {
      const size = { min: 0, max: elements };
      this.#sizes.set(expr, size);
      return size;
    }
    if (isScalar(expr.type)) return fixedSize(1);
    return expr.kind === 'ident' ? this.#local(expr.name)?.size : undefined;
  }

  #elementSizes(expr: Expanded): ElementSizes | undefined {
    const known = this.#elements.get(expr);
    if (known) return known;
    return expr.kind === 'ident' ? this.#local(expr.name)?.elements : undefined;
  }
}

function unionOfElements(a: ElementSizes | undefined, b: ElementSizes | undefined): ElementSizes | undefined {
  return a && b && { container: a.container, key: unionOf(a.key, b.key), value: unionOf(a.value, b.value) };
}

function indexStep(overload: Overload | undefined): string | undefined {
  switch (overload?.parameters[0]?.kind) {
    case 'list':
      return partNames.items;
    case 'map':
      return partNames.values;
    default:
      return undefined;
  }
}

const scalars: ReadonlySet<string> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

function isScalar(type: CelType): boolean {
  if (type.kind === 'opaque' && type.name === 'optional_type') {
    const [held] = type.parameters;
    return held !== undefined && isScalar(held);
  }
  return scalars.has(type.kind);
}
