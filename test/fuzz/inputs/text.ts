import type { Random } from '../../../src/base/index.ts';
import type { Form } from '../target.ts';
import { hostileSize, hostileTexts, partOf, partsOf, pick, type Range } from './hostile.ts';

const longestCharacters = 20_000;

type Change = (random: Random, text: string, others: readonly string[]) => string;

function replaced(text: string, { start, end }: Range, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

const at = (random: Random, text: string): Range => {
  const start = random.integer(text.length + 1);
  return { start, end: start };
};

const changes: readonly Change[] = [
  (random, text) => replaced(text, partOf(random, text), ''),
  (random, text) => replaced(text, at(random, text), pick(random, hostileTexts)),
  (random, text) => replaced(text, at(random, text), pick(random, hostileTexts)),
  (random, text) => replaced(text, partOf(random, text), pick(random, hostileTexts)),
  (random, text) => {
    const { start, end } = partOf(random, text);
    return replaced(text, { start: end, end }, text.slice(start, end));
  },
  (random, text) => {
    const { start, end } = partOf(random, text);
    return replaced(text, { start: end, end }, text.slice(start, end).repeat(hostileSize(random)));
  },
  (random, text) => replaced(text, partOf(random, text), 'a'.repeat(hostileSize(random))),
  (random, text) => {
    const piece = partOf(random, text);
    return replaced(text, at(random, text), text.slice(piece.start, piece.end));
  },
  (random, text) => {
    const place = random.integer(Math.max(1, text.length));
    const code = text.charCodeAt(place);
    return replaced(
      text,
      { start: place, end: place + 1 },
      String.fromCharCode(code ^ (1 << random.integer(7))),
    );
  },
  (random, text, others) => {
    const other = others.length === 0 ? text : pick(random, others);
    return text.slice(0, random.integer(text.length + 1)) + other.slice(random.integer(other.length + 1));
  },
  (random, text, others) => {
    const other = others.length === 0 ? text : pick(random, others);
    const { start, end } = partOf(random, other);
    return replaced(text, partOf(random, text), other.slice(start, end));
  },
  (random, text) => {
    const numbers = [...text.matchAll(/\d+/g)];
    if (numbers.length === 0) return text;
    const found = pick(random, numbers);
    const end = found.index + found[0].length;
    return replaced(text, { start: found.index, end }, pick(random, numberTexts));
  },
];

const numberTexts = hostileTexts.filter((piece) => /^[-+.\d][\de.+-]*$/.test(piece));

/** Texts of characters; a half of a pair may stand alone. */
export const textForm: Form<string> = {
  mutate: (random, input, others) => pick(random, changes)(random, input, others).slice(0, longestCharacters),
  *shrink(input) {
    for (const part of partsOf(input)) yield replaced(input, part, '');
    for (let place = 0; place < input.length; place++) {
      if (/[a0]/.test(input.charAt(place))) continue;
      const simple = /\d/.test(input.charAt(place)) ? '0' : 'a';
      yield input.slice(0, place) + simple + input.slice(place + 1);
    }
  },
  pump(random, input) {
    const short = input.slice(0, 400);
    const { start, end } = partOf(random, short);
    const piece = short.slice(start, end) || pick(random, hostileTexts) || 'a';
    return (times) => replaced(short, { start: end, end }, piece.repeat(times));
  },
  show: (input) => JSON.stringify(input),
};
