import { apiServerFlags, etcdFlags, type KnownFlags } from './known-flags.ts';

/** The values of each flag that was given, in their order. */
export type FlagValues = ReadonlyMap<string, readonly string[]>;

/** What a program says to flags that it cannot read, in its own words, and what it ends with. */
export class FlagRefusal extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'FlagRefusal';
    this.exitCode = exitCode;
  }
}

/** How a program reads its flags, and what it says to those that it cannot read. */
interface Dialect {
  readonly known: KnownFlags;
  /** The name and the value of a flag; undefined: the word is none. Throws FlagRefusal. */
  split(word: string): { readonly name: string; readonly value: string | undefined } | undefined;
  unknown(name: string): FlagRefusal;
  withoutValue(name: string): FlagRefusal;
  noBoolean(name: string, value: string): FlagRefusal;
  extra(words: readonly string[]): FlagRefusal;
}

function splitAtSign(text: string): { name: string; value: string | undefined } {
  const at = text.indexOf('=');
  return at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

const apiServerRefusal = (message: string) => new FlagRefusal(`Error: ${message}`, 1);

/** As kube-apiserver says it. */
const apiServer: Dialect = {
  known: apiServerFlags,
  split(word) {
    if (word.startsWith('--')) {
      const flag = splitAtSign(word.slice(2));
      if (flag.name === '' || flag.name.startsWith('-')) throw apiServerRefusal(`bad flag syntax: ${word}`);
      return flag;
    }
    if (!word.startsWith('-') || word === '-') return undefined;
    // `-v` is the only short one that has a value: `-v=2`, `-v2`, `-v 2`.
    if (!word.startsWith('-v')) throw apiServerRefusal(`unknown shorthand flag: '${word[1]}' in ${word}`);
    const value = word.slice(2).replace(/^=/, '');
    return { name: 'v', value: word === '-v' ? undefined : value };
  },
  unknown: (name) => apiServerRefusal(`unknown flag: --${name}`),
  withoutValue: (name) =>
    apiServerRefusal(`flag needs an argument: ${name === 'v' ? "'v' in -v" : `--${name}`}`),
  noBoolean: (name, value) =>
    apiServerRefusal(
      `invalid argument "${value}" for "--${name}" flag: strconv.ParseBool: parsing "${value}": invalid syntax`,
    ),
  extra: (words) =>
    apiServerRefusal(
      `"kube-apiserver" does not take any arguments, got [${words.map((word) => `"${word}"`).join(' ')}]`,
    ),
};

/** As etcd says it. */
const etcd: Dialect = {
  known: etcdFlags,
  split(word) {
    if (!word.startsWith('-') || word === '-') return undefined;
    const flag = splitAtSign(word.replace(/^--?/, ''));
    if (flag.name === '' || flag.name.startsWith('-')) throw new FlagRefusal(`bad flag syntax: ${word}`, 2);
    return flag;
  },
  unknown: (name) => new FlagRefusal(`flag provided but not defined: -${name}`, 2),
  withoutValue: (name) => new FlagRefusal(`flag needs an argument: -${name}`, 2),
  noBoolean: (name, value) =>
    new FlagRefusal(`invalid boolean value "${value}" for -${name}: parse error`, 2),
  extra: ([word = '']) =>
    new FlagRefusal(`etcdmain: error verifying flags, '${word}' is not a valid flag. See 'etcd --help'.`, 1),
};

const dialects = { 'kube-apiserver': apiServer, etcd } as const;

/** Programs that are stood in for. */
export type StoodInFor = keyof typeof dialects;

export function isStoodInFor(program: string | undefined): program is StoodInFor {
  return program !== undefined && Object.hasOwn(dialects, program);
}

const booleans = /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;

/** Reads `--name=value`, `--name value` and, for switches, `--name`. Throws FlagRefusal. */
export function readFlags(program: StoodInFor, words: readonly string[]): FlagValues {
  const dialect = dialects[program];
  const values = new Map<string, string[]>();
  const rest = [...words];
  const extra: string[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const flag = word === '--' ? undefined : dialect.split(word);
    if (!flag) {
      extra.push(...(word === '--' ? rest.splice(0) : [word]));
      continue;
    }
    const { name } = flag;
    const isSwitch = dialect.known.switches.has(name);
    if (!isSwitch && !dialect.known.valued.has(name)) throw dialect.unknown(name);
    const value = flag.value ?? (isSwitch ? 'true' : rest.shift());
    if (value === undefined) throw dialect.withoutValue(name);
    if (isSwitch && !booleans.test(value)) throw dialect.noBoolean(name, value);
    const all = values.get(name);
    if (all) all.push(value);
    else values.set(name, [value]);
  }
  if (extra.length > 0) throw dialect.extra(extra);
  return values;
}
