import type { Json, JsonObject } from '../../../src/base/index.ts';
import type { Leaf, Models } from './models.ts';

/** One resource type, and what is needed to send every writable member of its model alone. */
export interface Subject {
  /** Name of the model in its SDK. */
  readonly model: string;
  readonly models: Models;
  readonly apiVersion: string;
  /** Path below the group of the `n`-th resource: each member is tried on one of its own. */
  readonly path: (n: number) => string;
  /** The least body. */
  readonly least: JsonObject;
  /** What must stand beside a member for its body to be one, by the path of what holds both. */
  readonly beside?: Readonly<Record<string, Json>>;
  /** Better values than the model knows, by path. */
  readonly values?: Readonly<Record<string, readonly [Json, Json]>>;
  /** What does not come back as it was sent, by path, and why: the rest is kept, also when it is changed. */
  readonly differs: Readonly<Record<string, Outcome>>;
}

/**
 * What became of a member that is not kept. `printed`: the service says it itself, whatever is sent. `secret`: taken and
 * never shown. Else the code of the refusal, of the first write or (`fixed:`) of the change.
 */
export type Outcome = string;

/** Several members with one outcome. */
export function all(outcome: Outcome, ...paths: readonly string[]): Record<string, Outcome> {
  return Object.fromEntries(paths.map((path) => [path, outcome]));
}

/** What every resource says of itself. */
export const ownWords = all(
  'printed',
  'id',
  'name',
  'type',
  'systemData.createdBy',
  'systemData.createdByType',
  'systemData.createdAt',
  'systemData.lastModifiedBy',
  'systemData.lastModifiedByType',
  'systemData.lastModifiedAt',
);

/** A resource stays where it was made; no region of this estate has edge zones. */
export const placed = {
  location: 'fixed: InvalidResourceLocation',
  ...all('NotImplemented', 'extendedLocation.name', 'extendedLocation.type'),
} as const;

/** `properties.subnets[].name`; `{}` is a name in a map. */
export function pathOf({ path }: Pick<Leaf, 'path'>): string {
  return path
    .map((step) => (step === 0 ? '[]' : step === 'key' ? '{}' : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

/** The least body with one member more, and what must stand beside it. */
export function bodyWith(subject: Subject, leaf: Pick<Leaf, 'path'>, value: Json): JsonObject {
  const body = structuredClone(subject.least);
  let at: Record<string | number, Json | undefined> = body;
  let holder = '';
  leaf.path.forEach((step, index) => {
    holder += step === 0 ? '[]' : step === 'key' ? '{}' : `${holder === '' ? '' : '.'}${step}`;
    if (index === leaf.path.length - 1) {
      at[step] = value;
      return;
    }
    const held =
      at[step] ?? structuredClone(subject.beside?.[holder]) ?? (leaf.path[index + 1] === 0 ? [] : {});
    at[step] = held;
    at = held as typeof at; // A list or an object: the path goes on below it.
  });
  return body;
}

/** What stands at a member's place in an answer. */
export function valueAt(body: JsonObject, { path }: Leaf): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined,
    body,
  );
}
