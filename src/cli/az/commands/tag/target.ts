import type { Values } from '../../declaration.ts';
import { required, text } from '../../declare/flags.ts';
import { UsageError } from '../../errors.ts';
import type { Session } from '../../session.ts';

/** Of tags and of tag names. */
export const tagsApiVersion = '2024-11-01';

/** What `create` and `delete` are about: the tags of something, or a tag name of the subscription. */
export const tagTargetFlags = {
  id: text('--resource-id', 'ID of what carries the tags.'),
  name: text('--name -n', 'The name of a tag of the subscription.'),
};

/** The one that was named. Throws UsageError when none was. */
export function tagTarget(flags: Values<typeof tagTargetFlags>): { id: string } | { name: string } {
  if (flags.id !== undefined) return { id: flags.id };
  if (flags.name !== undefined) return { name: flags.name };
  throw new UsageError('one of --resource-id and --name/-n is required');
}

/** Where the tags of something lie. */
export function tagsPath(id: string): string {
  return `${id}/providers/Microsoft.Resources/tags/default`;
}

/** Where a tag name of the subscription lies. */
export function tagNamePath(session: Session, name: string): string {
  return `/subscriptions/${session.subscriptionId}/tagNames/${encodeURIComponent(name)}`;
}

/** What `add-value` and `remove-value` are about. */
export const tagValueFlags = {
  name: required('--name -n', 'The name of a tag of the subscription.'),
  value: required('--value', 'The value of the tag.'),
};

/** Where a value of a tag name of the subscription lies. */
export function tagValuePath(session: Session, { name, value }: Values<typeof tagValueFlags>): string {
  return `${tagNamePath(session, name)}/tagValues/${encodeURIComponent(value)}`;
}
