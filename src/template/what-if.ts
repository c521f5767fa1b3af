import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { memberWithoutCase, sameValue } from './values.ts';

/** One member that a deployment would change. */
export interface PropertyChange extends JsonObject {
  path: string;
  propertyChangeType: 'Create' | 'Delete' | 'Modify' | 'Array' | 'NoEffect';
}

/** What a deployment would do to a resource. */
export interface Change {
  readonly changeType: 'Create' | 'Modify' | 'NoChange';
  readonly delta: PropertyChange[];
}

/**
 * What writing `after` over `before` changes. Members that only the service sets, and that a template therefore does not
 * name, stay as they are; tags that are not named go.
 */
export function compareBodies(before: JsonObject | undefined, after: JsonObject): Change {
  if (!before) return { changeType: 'Create', delta: [] };
  const delta: PropertyChange[] = [];
  members(before, after, { path: '', delta });
  const tags = before['tags'];
  if (isObject(tags)) {
    const wanted = isObject(after['tags']) ? after['tags'] : {};
    for (const [name, value] of Object.entries(tags)) {
      if (memberWithoutCase(wanted, name) !== undefined) continue;
      delta.push({
        path: `tags.${name}`,
        propertyChangeType: 'Delete',
        before: value ?? null,
        after: null,
        children: null,
      });
    }
  }
  return { changeType: delta.length === 0 ? 'NoChange' : 'Modify', delta };
}

interface Comparing {
  readonly path: string;
  readonly delta: PropertyChange[];
}

function members(before: JsonObject, after: JsonObject, { path, delta }: Comparing): void {
  for (const [name, value] of Object.entries(after)) {
    const place = path === '' ? name : `${path}.${name}`;
    compare(memberWithoutCase(before, name), value ?? null, { path: place, delta });
  }
}

function compare(before: Json | undefined, after: Json, at: Comparing): void {
  const { path, delta } = at;
  if (before === undefined || before === null) {
    if (after === null) return;
    delta.push({ path, propertyChangeType: 'Create', before: null, after, children: null });
  } else if (after === null)
    delta.push({ path, propertyChangeType: 'Delete', before, after: null, children: null });
  else if (isObject(before) && isObject(after)) members(before, after, at);
  else if (Array.isArray(before) && Array.isArray(after)) {
    const children = items(before, after);
    if (children.length > 0)
      delta.push({ path, propertyChangeType: 'Array', before: null, after: null, children });
  } else if (!sameValue(before, after) && !isSameRegion(path, before, after)) {
    delta.push({ path, propertyChangeType: 'Modify', before, after, children: null });
  }
}

/** `East US` is `eastus`, and ids and regions have no case. */
function isSameRegion(path: string, before: Json, after: Json): boolean {
  if (typeof before !== 'string' || typeof after !== 'string') return false;
  const plain = (text: string) => text.toLowerCase().replaceAll(' ', '');
  if (path === 'location') return plain(before) === plain(after);
  return after.startsWith('/subscriptions/') && before.toLowerCase() === after.toLowerCase();
}

function items(before: readonly Json[], after: readonly Json[]): PropertyChange[] {
  const children: PropertyChange[] = [];
  for (const [index, value] of after.entries()) {
    const old = before[index];
    const path = String(index);
    if (old === undefined)
      children.push({ path, propertyChangeType: 'Create', before: null, after: value, children: null });
    else if (isObject(old) && isObject(value)) {
      const inner: PropertyChange[] = [];
      members(old, value, { path: '', delta: inner });
      if (inner.length > 0)
        children.push({ path, propertyChangeType: 'Modify', before: null, after: null, children: inner });
    } else compare(old, value, { path, delta: children });
  }
  for (const [index, value] of before.entries()) {
    if (index < after.length) continue;
    children.push({
      path: String(index),
      propertyChangeType: 'Delete',
      before: value,
      after: null,
      children: null,
    });
  }
  return children;
}
