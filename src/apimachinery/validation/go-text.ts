import { canonicalJson, type Json } from '../../base/index.ts';

/** JSON as Go writes it, in the order given: `<`, `>` and `&` are escaped. */
export function goJson(value: Json): string {
  return escapeHtml(JSON.stringify(value));
}

/** JSON as Go writes it of maps: members in the order of their names. */
export function sortedGoJson(value: Json): string {
  return escapeHtml(canonicalJson(value));
}

/** JSON text with the characters escaped that Go escapes for HTML. */
export function escapeHtml(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A number as Go's `%v` prints it. */
export function goNumber(value: number | bigint): string {
  if (typeof value === 'bigint') return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return value.toFixed(0);
  const text = String(value);
  const small = Math.abs(value);
  const scientific = small !== 0 && small < 1e-4 && !text.includes('e') ? value.toExponential() : text;
  return scientific.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** A text as Go's `%q` prints it. */
export function goQuote(text: string): string {
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text)) return `"${text}"`;
  let quoted = '';
  for (const character of text) quoted += goEscape(character);
  return `"${quoted}"`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

function goEscape(character: string): string {
  const short = shortEscapes[character];
  if (short) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  // Go leaves printable characters alone and escapes other spaces, controls and unassigned ones.
  if (code < 0x7f || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Several errors as the real server joins them: each once, in brackets unless it is the only one; '' for none. */
export function aggregated(errors: readonly string[]): string {
  const each = [...new Set(errors)];
  return each.length < 2 ? each.join() : `[${each.join(', ')}]`;
}
