import type { Registry } from '../registry.ts';
import { lengthOfText } from '../text-length.ts';
import {
  CelError,
  CelUint,
  compare,
  Duration,
  equals,
  ListValue,
  MapValue,
  noSuchOverload,
  Timestamp,
  type Value,
} from '../values.ts';
import { bytes, duration, int, list, map, real, text, time } from './arguments.ts';

const intLow = -(2n ** 63n);
const intHigh = 2n ** 63n - 1n;
const uintHigh = 2n ** 64n - 1n;
const timeLow = -62135596800n * 1_000_000_000n;
const timeHigh = 253402300800n * 1_000_000_000n - 1n;

/** Checks that a result fits 64 bits. Throws CelError. */
export function checkedInt(value: bigint): bigint {
  if (value < intLow || value > intHigh) throw new CelError('integer overflow');
  return value;
}

function checkedUint(value: bigint): CelUint {
  if (value < 0n || value > uintHigh) throw new CelError('unsigned integer overflow');
  return new CelUint(value);
}

/** Another time in the same zone. */
function moved({ nanos, offsetMinutes }: Timestamp, by: bigint): Timestamp {
  const next = nanos + by;
  if (next < timeLow || next > timeHigh) throw new CelError('timestamp overflow');
  return new Timestamp(next, offsetMinutes);
}

function checkedDuration(nanos: bigint): Duration {
  if (nanos < intLow || nanos > intHigh) throw new CelError('duration overflow');
  return new Duration(nanos);
}

function uint(value: Value): bigint {
  if (value instanceof CelUint) return value.value;
  throw noSuchOverload();
}

function divisor(value: bigint, what: string): bigint {
  if (value === 0n) throw new CelError(`${what} by zero`);
  return value;
}

/** Operators and the functions that every CEL has. */
export function declareOperators(registry: Registry): void {
  declareLogic(registry);
  declareArithmetic(registry);
  declareTimeArithmetic(registry);
  declareComparisons(registry);
  declareContainers(registry);
}

function declareLogic(registry: Registry): void {
  // These are compiled apart; the entries are for their types.
  const apart = () => {
    throw noSuchOverload();
  };
  registry.declare('_?_:_(bool, A, A) A', apart);
  registry.declare('_&&_(bool, bool) bool', apart);
  registry.declare('_||_(bool, bool) bool', apart);
  registry.declare('_==_(A, A) bool', (a, b) => equals(a ?? null, b ?? null));
  registry.declare('_!=_(A, A) bool', (a, b) => !equals(a ?? null, b ?? null));
  registry.declare('!_(bool) bool', (a) => a !== true);
}

function declareArithmetic(registry: Registry): void {
  registry.declare('_+_(int, int) int', (a, b) => checkedInt(int(a) + int(b)));
  registry.declare('_-_(int, int) int', (a, b) => checkedInt(int(a) - int(b)));
  registry.declare('_*_(int, int) int', (a, b) => checkedInt(int(a) * int(b)));
  registry.declare('_/_(int, int) int', (a, b) => checkedInt(int(a) / divisor(int(b), 'division')));
  registry.declare('_%_(int, int) int', (a, b) => checkedInt(int(a) % divisor(int(b), 'modulus')));
  registry.declare('-_(int) int', (a) => checkedInt(-int(a)));
  registry.declare('_+_(uint, uint) uint', (a = null, b = null) => checkedUint(uint(a) + uint(b)));
  registry.declare('_-_(uint, uint) uint', (a = null, b = null) => checkedUint(uint(a) - uint(b)));
  registry.declare('_*_(uint, uint) uint', (a = null, b = null) => checkedUint(uint(a) * uint(b)));
  registry.declare('_/_(uint, uint) uint', (a = null, b = null) =>
    checkedUint(uint(a) / divisor(uint(b), 'division')),
  );
  registry.declare('_%_(uint, uint) uint', (a = null, b = null) =>
    checkedUint(uint(a) % divisor(uint(b), 'modulus')),
  );
  registry.declare('_+_(double, double) double', (a, b) => real(a) + real(b));
  registry.declare('_-_(double, double) double', (a, b) => real(a) - real(b));
  registry.declare('_*_(double, double) double', (a, b) => real(a) * real(b));
  registry.declare('_/_(double, double) double', (a, b) => real(a) / real(b));
  registry.declare('-_(double) double', (a) => -real(a));
  registry.declare('_+_(string, string) string', (a, b) => text(a) + text(b));
  registry.declare('_+_(bytes, bytes) bytes', (a, b) => new Uint8Array(Buffer.concat([bytes(a), bytes(b)])));
  registry.declare('_+_(list(A), list(A)) list(A)', (a, b) => concatenated(list(a), list(b)));
}

/** Sets and keyed lists join by identity: what both have stands once, with the value of the second. */
function concatenated(a: ListValue, b: ListValue): ListValue {
  const identity = a.identity;
  if (!identity) return new ListValue([...a, ...b]);
  const joined = new Map<string, Value>();
  for (const item of a) joined.set(identity(item), item);
  for (const item of b) joined.set(identity(item), item);
  return new ListValue([...joined.values()]);
}

function declareTimeArithmetic(registry: Registry): void {
  registry.declare('_+_(timestamp, duration) timestamp', (a, b) => moved(time(a), duration(b).nanos));
  registry.declare('_+_(duration, timestamp) timestamp', (a, b) => moved(time(b), duration(a).nanos));
  registry.declare('_+_(duration, duration) duration', (a, b) =>
    checkedDuration(duration(a).nanos + duration(b).nanos),
  );
  registry.declare('_-_(timestamp, timestamp) duration', (a, b) =>
    checkedDuration(time(a).nanos - time(b).nanos),
  );
  registry.declare('_-_(timestamp, duration) timestamp', (a, b) => moved(time(a), -duration(b).nanos));
  registry.declare('_-_(duration, duration) duration', (a, b) =>
    checkedDuration(duration(a).nanos - duration(b).nanos),
  );
}

const numbers = ['int', 'uint', 'double'];

function declareComparisons(registry: Registry): void {
  const decide =
    (holds: (order: number) => boolean) =>
    (a: Value = null, b: Value = null) => {
      const order = compare(a, b);
      if (order === undefined) throw noSuchOverload();
      const hasNaN = (typeof a === 'number' && Number.isNaN(a)) || (typeof b === 'number' && Number.isNaN(b));
      return !hasNaN && holds(order);
    };
  const operators: Readonly<Record<string, (a?: Value, b?: Value) => Value>> = {
    '_<_': decide((order) => order < 0),
    '_<=_': decide((order) => order <= 0),
    '_>_': decide((order) => order > 0),
    '_>=_': decide((order) => order >= 0),
  };
  for (const [name, run] of Object.entries(operators)) {
    for (const type of ['bool', 'string', 'bytes', 'timestamp', 'duration']) {
      registry.declare(`${name}(${type}, ${type}) bool`, run);
    }
    for (const a of numbers) for (const b of numbers) registry.declare(`${name}(${a}, ${b}) bool`, run);
  }
}

function declareContainers(registry: Registry): void {
  registry.declare('_[_](list(A), int) A', (a, b) => list(a).at(Number(int(b))));
  registry.declare('_[_](map(A, B), A) B', (a, b) => map(a).get(b ?? null) ?? null);
  registry.declare('_[_](optional(list(A)), int) optional(A)', (a) => a ?? null);
  registry.declare('_[_](optional(map(A, B)), A) optional(B)', (a) => a ?? null);
  registry.declare('_[?_](list(A), int) optional(A)', (a) => a ?? null);
  registry.declare('_[?_](map(A, B), A) optional(B)', (a) => a ?? null);
  registry.declare('_[?_](optional(list(A)), int) optional(A)', (a) => a ?? null);
  registry.declare('_[?_](optional(map(A, B)), A) optional(B)', (a) => a ?? null);
  registry.declare('@in(A, list(A)) bool', (a = null, b = null) => {
    for (const item of list(b)) if (equals(item, a)) return true;
    return false;
  });
  registry.declare('@in(A, map(A, B)) bool', (a = null, b = null) => map(b).has(a));
  const sizes: Readonly<Record<string, (value: Value) => number>> = {
    string: (value) => lengthOfText(text(value)),
    bytes: (value) => bytes(value).length,
    'list(A)': (value) => list(value).size,
    'map(A, B)': (value) => (value instanceof MapValue ? value.size : 0),
  };
  for (const [type, size] of Object.entries(sizes)) {
    registry.declare(`size(${type}) int`, (value = null) => BigInt(size(value)));
    registry.declare(`${type}.size() int`, (value = null) => BigInt(size(value)));
  }
}
