import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from '../../apimachinery/quantity.ts';
import type { Registry } from '../registry.ts';
import { CelError, OpaqueValue } from '../values.ts';
import { flag, instance, int, text } from './arguments.ts';

const nanoPerUnit = 1_000_000_000n;

class QuantityValue extends OpaqueValue {
  readonly typeName = 'kubernetes.Quantity';
  readonly quantity: Quantity;

  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0;
  }

  get nano(): bigint {
    return this.quantity.nano;
  }

  plus(nano: bigint): QuantityValue {
    return new QuantityValue({ ...this.quantity, nano: this.nano + nano });
  }

  get isInteger(): boolean {
    return this.nano % nanoPerUnit === 0n;
  }

  override toString(): string {
    return formatQuantity(this.quantity);
  }
}

const parseError =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function quantityOf(value: string): QuantityValue {
  const quantity = parseQuantity(value);
  if (!quantity) throw new CelError(parseError);
  return new QuantityValue({ ...quantity, nano: bounded(quantity.nano) });
}

const mostNano = (2n ** 63n - 1n) * nanoPerUnit;

/** A larger amount counts as the largest that a quantity holds, as in Go. */
function bounded(nano: bigint): bigint {
  return nano > mostNano ? mostNano : nano < -mostNano ? -mostNano : nano;
}

/** Kubernetes' resource quantities. */
export function declareQuantities(registry: Registry): void {
  const of = (value: Parameters<typeof instance>[0]) => instance(value, QuantityValue);
  registry.declare('quantity(string) Quantity', (a) => quantityOf(text(a)));
  registry.declare('isQuantity(string) bool', (a) => parseQuantity(text(a)) !== undefined);
  registry.declare('sign(Quantity) int', (a) => BigInt(of(a).nano > 0n ? 1 : of(a).nano < 0n ? -1 : 0));
  registry.declare('Quantity.isGreaterThan(Quantity) bool', (a, b) => of(a).nano > of(b).nano);
  registry.declare('Quantity.isLessThan(Quantity) bool', (a, b) => of(a).nano < of(b).nano);
  registry.declare('Quantity.compareTo(Quantity) int', (a, b) =>
    BigInt(compareQuantities(of(a).quantity, of(b).quantity)),
  );
  registry.declare('Quantity.isInteger() bool', (a) => of(a).isInteger);
  registry.declare('Quantity.asInteger() int', (a) => {
    if (!of(a).isInteger) throw new CelError('cannot convert value to integer');
    return of(a).nano / nanoPerUnit;
  });
  registry.declare('Quantity.asApproximateFloat() double', (a) => Number(of(a).nano) / 1e9);
  registry.declare('Quantity.add(Quantity) Quantity', (a, b) => of(a).plus(of(b).nano));
  registry.declare('Quantity.add(int) Quantity', (a, b) => of(a).plus(int(b) * nanoPerUnit));
  registry.declare('Quantity.sub(Quantity) Quantity', (a, b) => of(a).plus(-of(b).nano));
  registry.declare('Quantity.sub(int) Quantity', (a, b) => of(a).plus(-int(b) * nanoPerUnit));
  declareVersions(registry);
}

const versionForm =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

class SemverValue extends OpaqueValue {
  readonly typeName = 'kubernetes.Semver';
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly string[];

  constructor(numbers: readonly bigint[], prerelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }

  override get weight(): number {
    return this.prerelease.reduce((weight, part) => weight + 1 + part.length / 10, 1);
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && this.compareTo(other) === 0;
  }

  compareTo(other: SemverValue): number {
    for (const [i, number] of this.numbers.entries()) {
      const theirs = other.numbers[i] ?? 0n;
      if (number !== theirs) return number < theirs ? -1 : 1;
    }
    if (this.prerelease.length === 0 || other.prerelease.length === 0) {
      return Math.sign(other.prerelease.length - this.prerelease.length);
    }
    for (const [i, part] of this.prerelease.entries()) {
      const order = comparePart(part, other.prerelease[i]);
      if (order !== 0) return order;
    }
    return this.prerelease.length < other.prerelease.length ? -1 : 0;
  }
}

function comparePart(a: string, b: string | undefined): number {
  if (b === undefined) return 1;
  if (a === b) return 0;
  const [numericA, numericB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numericA && numericB) return BigInt(a) < BigInt(b) ? -1 : 1;
  if (numericA !== numericB) return numericA ? -1 : 1;
  return a < b ? -1 : 1;
}

function parseVersion(value: string, normalize: boolean): SemverValue | undefined {
  const match = versionForm.exec(normalize ? normalized(value) : value);
  if (!match) return undefined;
  const [, major = '0', minor = '0', patch = '0', prerelease] = match;
  const numeric = prerelease?.split('.').filter((part) => /^\d+$/.test(part)) ?? [];
  if ([major, minor, patch, ...numeric].some((number) => !fits64Bits(number))) return undefined;
  return new SemverValue(
    [major, minor, patch].map(BigInt),
    prerelease === undefined ? [] : prerelease.split('.'),
  );
}

function fits64Bits(number: string): boolean {
  return number.length <= 20 && BigInt(number) < 2n ** 64n;
}

/** Without a leading `v` and zeros, with minor and patch numbers. */
function normalized(value: string): string {
  const [core = '', ...rest] = value.replace(/^v/, '').split(/(?=[-+])/);
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest.join('');
}

function declareVersions(registry: Registry): void {
  const of = (value: Parameters<typeof instance>[0]) => instance(value, SemverValue);
  const parsed = (value: string, normalize: boolean): SemverValue => {
    const version = parseVersion(value, normalize);
    if (!version) throw new CelError(`No Major.Minor.Patch elements found`);
    return version;
  };
  registry.declare('semver(string) Semver', (a) => parsed(text(a), false));
  registry.declare('semver(string, bool) Semver', (a, b) => parsed(text(a), flag(b)));
  registry.declare('isSemver(string) bool', (a) => parseVersion(text(a), false) !== undefined);
  registry.declare('isSemver(string, bool) bool', (a, b) => parseVersion(text(a), flag(b)) !== undefined);
  registry.declare('Semver.isGreaterThan(Semver) bool', (a, b) => of(a).compareTo(of(b)) > 0);
  registry.declare('Semver.isLessThan(Semver) bool', (a, b) => of(a).compareTo(of(b)) < 0);
  registry.declare('Semver.compareTo(Semver) int', (a, b) => BigInt(of(a).compareTo(of(b))));
  for (const [i, name] of ['major', 'minor', 'patch'].entries()) {
    registry.declare(`Semver.${name}() int`, (a) => of(a).numbers[i] ?? 0n);
  }
}
