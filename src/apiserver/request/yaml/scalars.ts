import { YamlError } from './yaml-error.ts';

/** What a scalar is: its JSON text, and its form as the key of a mapping (undefined where it can be none). */
export interface Scalar {
  readonly kind: 'str' | 'bool' | 'int' | 'float' | 'null' | 'merge';
  readonly json: string;
  readonly key: string | undefined;
}

const words = new Map<string, Scalar>();
declareWords('y Y yes Yes YES true True TRUE on On ON', { kind: 'bool', json: 'true', key: 'true' });
declareWords('n N no No NO false False FALSE off Off OFF', { kind: 'bool', json: 'false', key: 'false' });
declareWords('~ null Null NULL', { kind: 'null', json: 'null', key: undefined });
declareWords('.nan .NaN .NAN', { kind: 'float', json: 'NaN', key: '.nan' });
declareWords('.inf .Inf .INF +.inf +.Inf +.INF', { kind: 'float', json: '+Inf', key: '.inf' });
declareWords('-.inf -.Inf -.INF', { kind: 'float', json: '-Inf', key: '-.inf' });
declareWords('<<', { kind: 'merge', json: '"<<"', key: '<<' });
words.set('', { kind: 'null', json: 'null', key: undefined });

function declareWords(list: string, scalar: Scalar): void {
  for (const word of list.split(' ')) words.set(word, scalar);
}

/** Texts longer than this are no integer of 64 bits in any base. */
const integerCharacters = 80;
const integer = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const beginsNumber = /^[-+.0-9]/;

/**
 * A plain scalar by the rules that Kubernetes' readers keep: YAML 1.1's words and numbers, without base 60. Dates stay
 * texts.
 */
export function plainScalar(text: string): Scalar {
  const word = words.get(text);
  if (word) return word;
  return (beginsNumber.test(text) ? numberScalar(text) : undefined) ?? textScalar(text);
}

export function textScalar(text: string): Scalar {
  return { kind: 'str', json: JSON.stringify(text), key: text };
}

function numberScalar(text: string): Scalar | undefined {
  if (text.startsWith('.')) return floatScalar(text);
  const plain = text.replaceAll('_', '');
  return (plain.length <= integerCharacters ? integerScalar(plain) : undefined) ?? floatScalar(plain);
}

function integerScalar(plain: string): Scalar | undefined {
  const match = integer.exec(plain);
  if (!match) return undefined;
  const [, sign, hex, binary, octal, decimal = '0'] = match;
  const digits = hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : decimal;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return undefined;
  const json = value.toString();
  return { kind: 'int', json, key: json };
}

function floatScalar(plain: string): Scalar | undefined {
  if (!float.test(plain)) return undefined;
  const value = Number(plain);
  if (!Number.isFinite(value)) return undefined;
  return { kind: 'float', json: JSON.stringify(value), key: String(value) };
}

const shortTags: ReadonlySet<string> = new Set(['str', 'bool', 'int', 'float', 'null', 'timestamp']);

/** A scalar that carries a tag. Throws YamlError when its text does not fit the tag. */
export function taggedScalar(tag: string, text: string): Scalar {
  if (tag === '!!binary') return textScalar(binaryText(text));
  const wanted = tag.startsWith('!!') ? tag.slice(2) : '';
  if (!shortTags.has(wanted) || wanted === 'str' || wanted === 'timestamp') return textScalar(text);
  const found = plainScalar(text);
  if (found.kind === wanted || (found.kind === 'int' && wanted === 'float')) return found;
  throw new YamlError(`yaml: cannot decode !!${found.kind} \`${text.slice(0, 100)}\` as a ${tag}`);
}

function binaryText(text: string): string {
  const stripped = text.replace(/[\r\n]/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(stripped) || stripped.length % 4 !== 0)
    throw new YamlError('yaml: !!binary value contains invalid base64 data');
  return Buffer.from(stripped, 'base64').toString('utf8');
}
