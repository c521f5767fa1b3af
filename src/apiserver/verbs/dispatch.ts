import {
  methodNotAllowed,
  methodNotSupported,
  notFound,
  resourceNotServed,
} from '../../apimachinery/status.ts';
import type { Answer, Call, ClusterParts, Verb } from '../call/call.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { removeCollection } from './delete-collection.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { patch } from './patch.ts';
import { subresources, virtualVerb } from './special.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

const verbs: ReadonlyMap<string, Verb> = new Map([
  ['get', get],
  ['list', list],
  ['watch', watch],
  ['create', create],
  ['update', update],
  ['patch', patch],
  ['delete', remove],
  ['deletecollection', removeCollection],
]);

/** Runs the verb that a call asks for. Throws 404 and 405 for what the resource does not have. */
export function dispatch(parts: ClusterParts, call: Call): Promise<Answer> {
  const { definition } = call.resource;
  if (call.subresource === '') {
    const verb = verbs.get(call.verb);
    if (!verb || !definition.verbs.includes(call.verb)) throw methodNotAllowed();
    return (virtualVerb(definition) ?? verb)(parts, call);
  }
  const subresource = own(definition.subresources, call.subresource);
  if (!subresource) {
    throw call.resource.custom ? notFound(call.resource.subject(call.name)) : resourceNotServed();
  }
  if (!subresource.verbs.includes(call.verb)) {
    throw call.resource.custom ? methodNotSupported(call.resource.subject(), call.verb) : methodNotAllowed();
  }
  const special =
    own(subresources, `${definition.resource}/${call.subresource}`) ??
    own(subresources, `*/${call.subresource}`);
  if (special) return special(parts, call);
  const verb = verbs.get(call.verb);
  if (!verb) throw methodNotAllowed();
  return verb(parts, call);
}

/** An entry of a table by a word from outside, which may be `constructor`. */
function own<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
