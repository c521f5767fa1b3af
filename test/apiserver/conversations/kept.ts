import type { Answer } from './play.ts';

/** Where an answer stands: the name of its conversation, and its place there. */
type Place = readonly [conversation: string, at: number];

/** An answer whose body is that of an earlier one. */
interface Likewise extends Omit<Answer, 'body'> {
  readonly bodyOf: Place;
}

/** Answers by conversation as they are kept: instead of what came before stands where. */
export type KeptAnswers = Readonly<Record<string, readonly (Answer | Likewise | number)[]>>;

/** Bodies that are shorter as JSON are repeated: so they are easier to read. */
const shortBody = 300;

/** As files hold them; `answersKept` makes all of it again. */
export function keptAnswers(answers: Readonly<Record<string, readonly Answer[]>>): KeptAnswers {
  const bodies = new Map<string, Place>();
  const keep = (answer: Answer, place: Place): Answer | Likewise => {
    const { body, ...rest } = answer;
    const text = JSON.stringify(body);
    const bodyOf = bodies.get(text);
    if (bodyOf) return { ...rest, bodyOf };
    if (text.length >= shortBody) bodies.set(text, place);
    return answer;
  };
  const inOrder = (conversation: string, own: readonly Answer[]) => {
    const texts = own.map((answer) => JSON.stringify(answer));
    return own.map((answer, at) => {
      const first = texts.indexOf(texts[at] ?? '');
      return first < at ? first : keep(answer, [conversation, at]);
    });
  };
  return Object.fromEntries(Object.entries(answers).map(([name, own]) => [name, inOrder(name, own)]));
}

/** Each answer whole. */
export function answersKept(kept: KeptAnswers): Readonly<Record<string, readonly Answer[]>> {
  const at = ([conversation, place]: Place): Answer => {
    const found = kept[conversation]?.[place];
    if (found === undefined) throw new Error(`there is no answer ${place} in ${conversation}`);
    if (typeof found === 'number') return at([conversation, found]);
    if (!('bodyOf' in found)) return found;
    const { bodyOf, ...rest } = found;
    return { ...rest, body: at(bodyOf).body };
  };
  const whole = Object.entries(kept).map(([name, own]) => [name, own.map((_, place) => at([name, place]))]);
  return Object.fromEntries(whole);
}
