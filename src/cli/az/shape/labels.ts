import { setMember } from '../../../base/index.ts';
import { AzError } from '../errors.ts';

/** Labels in one argument: `"a=b c=d"`. Throws when an item has no `=`. */
export function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const item of text.split(/\s+/)) {
    if (item === '') continue;
    const cut = item.indexOf('=');
    if (cut < 1)
      throw new AzError(`Invalid label: '${item}'. Labels are 'key=value' pairs separated by blanks.`);
    setMember(labels, item.slice(0, cut), item.slice(cut + 1));
  }
  return labels;
}
