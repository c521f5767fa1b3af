import { compare, Instant, readNumber, Span, type Value } from '../values.ts';
import { commonType, manyArguments, plainNumber, type ScalarFunction } from './function.ts';

function ofNumber(type: 'long' | 'real' | 'same', run: (value: number) => number): ScalarFunction {
  return {
    least: 1,
    most: 1,
    type: type === 'same' ? ([given = 'real']) => (given === 'long' ? 'long' : 'real') : type,
    run: ([value = null]) => finite(readNumber(value), run),
  };
}

function finite(value: number | null, run: (value: number) => number): number | null {
  if (value === null) return null;
  const result = run(value);
  return Number.isFinite(result) ? result : null;
}

/** Down to a multiple of `size`: numbers, moments and lengths of time. */
function binned(value: Value, size: Value): Value {
  const [at, step] = [plainNumber(value), plainNumber(size)];
  if (at === null || step === null || step <= 0) return null;
  const down = Math.floor(at / step) * step;
  return value instanceof Instant ? new Instant(down) : value instanceof Span ? new Span(down) : down;
}

function extreme(sign: 1 | -1): ScalarFunction {
  return {
    least: 2,
    most: manyArguments,
    type: commonType,
    run: (given, budget) =>
      given.reduce((best, value) => {
        if (value === null) return best;
        return best === null || (compare(value, best, budget) ?? 0) * sign > 0 ? value : best;
      }, null),
  };
}

const bin: ScalarFunction = {
  least: 2,
  most: 2,
  type: ([given = 'real', size = 'real']) => (given === 'long' && size === 'real' ? 'real' : given),
  run: ([value = null, size = null]) => binned(value, size),
};

/** Functions of numbers, by name. */
export const numberFunctions: Readonly<Record<string, ScalarFunction>> = {
  abs: ofNumber('same', Math.abs),
  ceiling: ofNumber('long', Math.ceil),
  sign: ofNumber('long', Math.sign),
  sqrt: ofNumber('real', Math.sqrt),
  exp: ofNumber('real', Math.exp),
  log: ofNumber('real', Math.log),
  log2: ofNumber('real', Math.log2),
  log10: ofNumber('real', Math.log10),
  pow: {
    least: 2,
    most: 2,
    type: 'real',
    run: ([value = null, power = null]) => {
      const by = readNumber(power);
      return by === null ? null : finite(readNumber(value), (one) => one ** by);
    },
  },
  round: {
    least: 1,
    most: 2,
    type: 'real',
    run: ([value = null, digits = 0]) => {
      const scale = 10 ** Math.min(15, Math.max(0, readNumber(digits) ?? 0));
      return finite(readNumber(value), (one) => Math.round(one * scale) / scale);
    },
  },
  bin,
  floor: bin,
  min_of: extreme(-1),
  max_of: extreme(1),
};
