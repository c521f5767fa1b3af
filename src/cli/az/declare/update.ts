import { isObject, type JsonObject, setMember } from '../../../base/index.ts';
import type { Command, Example, Flag, Flags, Values } from '../declaration.ts';
import type { Session } from '../session.ts';
import { noWait, toggle } from './flags.ts';
import type { Members } from './generic-update.ts';
import { getResource, type Noun, putResource } from './verbs.ts';

const group = 'Generic Update Arguments';

type Operation = 'set' | 'add' | 'remove';

interface UpdateText<F extends Flags> {
  readonly words: string;
  readonly summary: string;
  readonly flags: F;
  readonly examples?: readonly Example[];
  /** Generic operations that are offered. */
  readonly operations: readonly Operation[];
  /** What generic paths start from: the resource as sent, or its `properties` flattened into it. */
  readonly view: 'wire' | 'flat';
  /** The members that generic paths may name; with `flat` only. */
  readonly members?: Members;
  readonly noWait?: boolean;
  /** Lays the command's own flags on the resource as the service sent it. */
  apply(resource: JsonObject, flags: Values<F>, place: UpdatePlace): Promise<void> | void;
}

/** Where the updated resource is. */
export interface UpdatePlace {
  readonly session: Session;
  readonly resourceGroup: string;
}

const readOnlyMembers = ['etag', 'eTag', 'systemData', 'type', 'name', 'id'];

const genericFlags: Record<Operation, Flag<readonly string[] | undefined>> = {
  set: generic('--set', 'Update an object by specifying a property path and value to set.'),
  add: generic('--add', 'Add an object to a list of objects by specifying a path and key value pairs.'),
  remove: generic('--remove', 'Remove a property or an element from a list.'),
};

function generic(name: string, help: string): Flag<readonly string[] | undefined> {
  return { names: [name], help, required: false, arity: 'many', adds: true, group, read: (words) => words };
}

const forceString = toggle('--force-string', "When using 'set' or 'add', preserve string literals.", {
  group,
});

/** `update`: GET, the flags, then the generic operations in their order, PUT. */
export function updateCommand<F extends Flags>(noun: Noun, text: UpdateText<F>): Command {
  const { operations, members, view, apply, noWait: waits, ...rest } = text;
  const generics = Object.fromEntries(operations.map((operation) => [operation, genericFlags[operation]]));
  return {
    ...rest,
    flags: { ...noun.names, ...text.flags, ...generics, forceString, ...(waits ? { noWait: noWait() } : {}) },
    ...(noun.idStyle ? { ids: { parts: Object.keys(noun.names), style: noun.idStyle } } : {}),
    async run(call) {
      const resource = structuredClone(await getResource(noun, call));
      const place = { session: call.session, resourceGroup: String(call.flags['resourceGroup'] ?? '') };
      await apply(resource, ownValues(text.flags, call.flags), place);
      const { applyGenericUpdate } = await import('./generic-update.ts');
      for (const operation of operations) {
        const words = call.flags[operation];
        if (!Array.isArray(words)) continue;
        const force = call.flags['forceString'] === true;
        const change = { operation, words: words.map(String), force, flat: view === 'flat' };
        applyGenericUpdate(resource, members ? { ...change, members } : change);
      }
      return putResource(noun, call, bodyOf(resource));
    },
  };
}

/** The values of the command's own flags: reading them again is not needed, they are a part of all. */
function ownValues<F extends Flags>(flags: F, all: Values<Flags>): Values<F> {
  const own = Object.fromEntries(Object.keys(flags).map((key) => [key, all[key]]));
  // The keys and their readers are those of `flags`, so the values have its types.
  return own as Values<F>;
}

function bodyOf(resource: JsonObject): JsonObject {
  const body: JsonObject = {};
  for (const [key, value] of Object.entries(resource)) {
    if (!readOnlyMembers.includes(key)) setMember(body, key, value ?? null);
  }
  const properties = body['properties'];
  if (isObject(properties)) {
    const { provisioningState: _state, ...kept } = properties;
    body['properties'] = kept;
  }
  return body;
}
