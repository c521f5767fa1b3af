import { Duration, ListValue, MapValue, noSuchOverload, Timestamp, type Value } from '../values.ts';

/** Readers of arguments. A signature promises the types; values without static type are checked here. */
export function text(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw noSuchOverload();
}

export function int(value: Value | undefined): bigint {
  if (typeof value === 'bigint') return value;
  throw noSuchOverload();
}

export function real(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  throw noSuchOverload();
}

export function list(value: Value | undefined): ListValue {
  if (value instanceof ListValue) return value;
  throw noSuchOverload();
}

export function map(value: Value | undefined): MapValue {
  if (value instanceof MapValue) return value;
  throw noSuchOverload();
}

export function time(value: Value | undefined): Timestamp {
  if (value instanceof Timestamp) return value;
  throw noSuchOverload();
}

export function duration(value: Value | undefined): Duration {
  if (value instanceof Duration) return value;
  throw noSuchOverload();
}

export function bytes(value: Value | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw noSuchOverload();
}

export function flag(value: Value | undefined): boolean {
  if (typeof value === 'boolean') return value;
  throw noSuchOverload();
}

/** A value of a library's class. */
export function instance<T>(value: Value | undefined, type: abstract new (...args: never[]) => T): T {
  if (value instanceof type) return value;
  throw noSuchOverload();
}
