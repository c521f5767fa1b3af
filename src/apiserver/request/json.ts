import { type Json, type JsonFindings, parseExactly } from '../../base/index.ts';
import type { BodyFindings } from './body-findings.ts';

/**
 * The value of a JSON text exactly: `value` is what `JSON.parse` made of it, and is it again for nearly every body, which one pass over
 * the text tells. The others are read by a slower reader: integers of 64 bits to the digit, and in `findings` what the value does not
 * show. Takes a stack frame a level.
 */
export function exactJson(text: string, value: Json, findings: BodyFindings): Json {
  const { members, oddNumber } = survey(text);
  // Each repetition is a member of the text that the value does not have.
  if (!oddNumber && members <= countMembers(value)) return value;
  const { numbers } = findings;
  const found: JsonFindings = { duplicates: [], numbers, tooLarge: undefined };
  const exact = parseExactly(text, found);
  const told = found.duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
  findings.warnings.push(...told);
  findings.strict.push(...told);
  findings.tooLarge = found.tooLarge;
  return exact;
}

interface Survey {
  readonly members: number;
  /** A number has a fraction, an exponent, or more digits than every double holds. */
  readonly oddNumber: boolean;
}

const longDigits = 16;

function survey(text: string): Survey {
  let members = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) {
      digits++;
      if (digits >= longDigits) return { members: Number.POSITIVE_INFINITY, oddNumber: true };
      continue;
    }
    if (code === quote) at = endOfString(text, at);
    else if (code === colon) members++;
    else if (digits > 0 && (code === 0x2e || code === 0x45 || code === 0x65)) {
      return { members: Number.POSITIVE_INFINITY, oddNumber: true };
    }
    digits = 0;
  }
  return { members, oddNumber: false };
}

const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (;;) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before--;
    if ((end - before) % 2 === 1) return end;
    end = text.indexOf('"', end + 1);
  }
}

function countMembers(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countMembers(item), 0);
  let count = 0;
  for (const name of Object.keys(value)) {
    const member = value[name];
    count += typeof member === 'object' && member !== null ? 1 + countMembers(member) : 1;
  }
  return count;
}
