import { test } from 'node:test';
import { compileAdmission } from '../../src/cel/admission/compile.ts';
import { declareStrings } from '../../src/cel/library/strings.ts';
import { Registry } from '../../src/cel/registry.ts';
import type { Value } from '../../src/cel/values.ts';
import { assertLinear } from './steps.ts';

const registry = new Registry();
declareStrings(registry);

/** Calls the form of a function that takes so many arguments. */
function call(name: string, ...args: Value[]): Value | undefined {
  const found = registry.lookup(name)?.find(({ parameters }) => parameters.length === args.length);
  return found?.run(...args);
}

const calls: Readonly<Record<string, (a: string, b: string) => unknown>> = {
  indexOf: (a, b) => call('indexOf', a, b),
  'indexOf from a place': (a, b) => call('indexOf', a, b, 1n),
  lastIndexOf: (a, b) => call('lastIndexOf', a, b),
  'lastIndexOf from a place': (a, b) => call('lastIndexOf', a, b, BigInt(a.length - 1)),
  trim: (a) => call('trim', a),
  substring: (a) => call('substring', a, 1n),
};

const beginnings: Readonly<Record<string, readonly [begin: string, end: string]>> = {
  'nearly found from the front': ['', 'b'],
  'nearly found from the back': ['b', ''],
};

for (const [name, run] of Object.entries(calls)) {
  for (const [how, [begin, end]] of Object.entries(beginnings)) {
    test(`a rule reads texts in time linear in their length: ${name}, ${how}`, async () => {
      await assertLinear({
        size: 400,
        input: (n) => ['a'.repeat(n), `${begin}${'a'.repeat(n / 2)}${end}`] as const,
        run: ([a, b]) => run(a, b),
      });
    });
  }
}

/** Expressions of a size, each of one construct that a checker might look at again and again. */
const expressions: Readonly<Record<string, (size: number) => string>> = {
  'selections of nothing declared': (n) => `a${'.b'.repeat(n)}`,
  'selections of a variable': (n) => `object${'.b'.repeat(n)}`,
  'calls of selections': (n) => `a${'.b'.repeat(n)}()`,
  sums: (n) => `1${' + 1'.repeat(n)} == 1`,
  indexes: (n) => `object${'[0]'.repeat(n)}`,
  'a list': (n) => `[${'1, '.repeat(n)}1] == []`,
};

for (const [name, input] of Object.entries(expressions)) {
  test(`a rule is compiled in time linear in its length: ${name}`, async () => {
    const run = (source: string) => compileAdmission(source, { variables: ['object'] });
    await assertLinear({ size: 60, input, run });
  });
}
