import { isObject, type Json } from '../../src/base/index.ts';
import type { Estate } from '../arm/estate.ts';

/** What the service says itself, and clients that read before they write send back. */
export const ownWords: ReadonlySet<string> = new Set(
  'azurePortalFQDN eTag etag fqdn resourceGuid resourceUID systemData'.split(' '),
);

/** Loops would bring everything to its end. */
export async function settleAll({ manager: { records }, subscription }: Estate): Promise<void> {
  for (const { id, provisioningState } of await records.list(subscription)) {
    if (provisioningState === 'Succeeded') continue;
    await records.update(id, (record) => ({ ...record, provisioningState: 'Succeeded' }));
  }
}

/** Every member of `sent` but those of a name in `passed` that `told` has not as it was sent. */
export function lost(sent: Json, told: Json | undefined, passed: ReadonlySet<string>): string[] {
  if (Array.isArray(sent)) {
    const items = Array.isArray(told) ? told : [];
    // Lists of children that have names show also those that are resources of their own.
    const isSame = items.length === sent.length || (sent.every(isObject) && items.every(isNamed));
    if (!isSame) return [`: ${JSON.stringify(told)}`];
    return sent.flatMap((item, index) => {
      const found =
        isObject(item) && 'name' in item
          ? items.find((other) => isObject(other) && other['name'] === item['name'])
          : items[index];
      return lost(item, found, passed).map((what) => `[${index}]${what}`);
    });
  }
  if (isObject(sent)) {
    const held = isObject(told) ? told : {};
    return Object.entries(sent)
      .filter(([member]) => !passed.has(member))
      .flatMap(([member, value]) =>
        lost(value ?? null, held[member], passed).map((what) => `.${member}${what}`),
      );
  }
  return same(sent, told) ? [] : [`: ${JSON.stringify(sent)} became ${JSON.stringify(told)}`];
}

function isNamed(value: Json): boolean {
  return isObject(value) && 'name' in value;
}

/** Locations are read in their normal form, ids in any case, and an empty text asks for what is usual. */
function same(sent: Json, told: Json | undefined): boolean {
  if (sent === '') return true;
  const plain = (value: Json | undefined) =>
    typeof value === 'string' ? value.replaceAll(' ', '').toLowerCase() : (value ?? null);
  return plain(sent) === plain(told);
}
