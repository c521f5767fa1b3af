import { canonicalJson, type Json, parseJson } from '../../base/index.ts';
import type { MemberCluster } from '../kinds/fleet.ts';

const nameVariable = `\${MEMBER-CLUSTER-NAME}`;
const labelVariable = `\${MEMBER-CLUSTER-LABEL-KEY-`;

/**
 * The value of a patch with the cluster's name and labels in place of the variables that stand for them, also of those
 * that only came to be by filling in others. Throws Error, in upstream's words, for a label that the cluster does not have
 * and for a variable without an end.
 */
export function filledIn(value: Json, { metadata }: Pick<MemberCluster, 'metadata'>): Json {
  const text = canonicalJson(value);
  if (!text.includes('{MEMBER-CLUSTER-')) return value;
  const named = text.replaceAll(nameVariable, () => metadata.name ?? '');
  return parseJson(withLabels(named, metadata));
}

/** One walk over the text: what is filled in is looked at again together with what stands before it. */
function withLabels(text: string, { name, labels = {} }: MemberCluster['metadata']): string {
  const done: string[] = [];
  /** Where the key of a variable begins that has not ended yet. */
  let keyAt: number | undefined;
  const put = (character: string) => {
    done.push(character);
    if (keyAt === undefined && character === '-' && endsWithVariable(done)) keyAt = done.length;
  };
  for (const character of text) {
    if (character !== '}' || keyAt === undefined) {
      put(character);
      continue;
    }
    const key = done.splice(keyAt).join('');
    const label = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (label === undefined) throw new Error(`label key ${key} not found on cluster ${name}`);
    done.length -= labelVariable.length;
    keyAt = undefined;
    for (const each of label) put(each);
  }
  if (keyAt !== undefined) throw new Error(`input ${text} is missing the closing bracket \`}\``);
  return done.join('');
}

function endsWithVariable(characters: readonly string[]): boolean {
  const start = characters.length - labelVariable.length;
  if (start < 0) return false;
  for (let at = labelVariable.length - 1; at >= 0; at--) {
    if (characters[start + at] !== labelVariable[at]) return false;
  }
  return true;
}
