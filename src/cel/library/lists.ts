import type { Registry } from '../registry.ts';
import {
  CelError,
  CelUint,
  compare,
  Duration,
  equals,
  type ListValue,
  noSuchOverload,
  type Value,
} from '../values.ts';
import { duration, int, list, real } from './arguments.ts';
import { checkedInt } from './operators.ts';

const ordered = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];

/** Kubernetes' list library and cel-go's sets. */
export function declareLists(registry: Registry): void {
  for (const type of ordered) {
    registry.declare(`list(${type}).isSorted() bool`, (a) => isSorted(list(a)));
    registry.declare(`list(${type}).min() ${type}`, (a) => extreme(list(a), 'min', -1));
    registry.declare(`list(${type}).max() ${type}`, (a) => extreme(list(a), 'max', 1));
  }
  registry.declare('list(int).sum() int', (a) =>
    checkedInt([...list(a)].reduce<bigint>((sum, item) => sum + int(item), 0n)),
  );
  registry.declare(
    'list(uint).sum() uint',
    (a) => new CelUint([...list(a)].reduce<bigint>((sum, item) => sum + uint(item), 0n)),
  );
  registry.declare('list(double).sum() double', (a) =>
    [...list(a)].reduce<number>((sum, item) => sum + real(item), 0),
  );
  registry.declare(
    'list(duration).sum() duration',
    (a) => new Duration([...list(a)].reduce<bigint>((sum, item) => sum + duration(item).nanos, 0n)),
  );
  registry.declare('list(A).indexOf(A) int', (a, item = null) =>
    BigInt([...list(a)].findIndex((other) => equals(other, item))),
  );
  registry.declare('list(A).lastIndexOf(A) int', (a, item = null) =>
    BigInt([...list(a)].findLastIndex((other) => equals(other, item))),
  );
  declareSets(registry);
}

function uint(value: Value): bigint {
  if (value instanceof CelUint) return value.value;
  throw noSuchOverload();
}

function order(a: Value, b: Value): number {
  const result = compare(a, b);
  if (result === undefined) throw noSuchOverload();
  return result;
}

function isSorted(items: ListValue): boolean {
  for (let i = 1; i < items.size; i++) if (order(items.at(i - 1), items.at(i)) > 0) return false;
  return true;
}

function extreme(items: ListValue, name: string, sign: 1 | -1): Value {
  if (items.size === 0) throw new CelError(`${name} called on empty list`);
  let best = items.at(0);
  for (const item of items) if (order(item, best) * sign > 0) best = item;
  return best;
}

function has(items: ListValue, item: Value): boolean {
  for (const other of items) if (equals(other, item)) return true;
  return false;
}

function containsAll(a: ListValue, b: ListValue): boolean {
  for (const item of b) if (!has(a, item)) return false;
  return true;
}

function declareSets(registry: Registry): void {
  registry.declare('sets.contains(list(A), list(A)) bool', (a, b) => containsAll(list(a), list(b)));
  registry.declare(
    'sets.equivalent(list(A), list(A)) bool',
    (a, b) => containsAll(list(a), list(b)) && containsAll(list(b), list(a)),
  );
  registry.declare('sets.intersects(list(A), list(A)) bool', (a, b) => {
    for (const item of list(a)) if (has(list(b), item)) return true;
    return false;
  });
}
