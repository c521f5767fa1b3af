import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { JsonObject } from '../../base/index.ts';

/**
 * Something that is stored and has no effect here, though it would have one on a real cluster. Whoever writes it is
 * told so by a `Warning` header, so that nobody takes the answer for more than it is.
 */
export interface NotEnforced {
  /** API group; '' for the core group. */
  readonly group: string;
  /** Plural name of the resource. */
  readonly resource: string;
  /** What to tell about this object, one sentence; undefined: all of it is honoured. */
  sentence(object: JsonObject): string | undefined;
}

/** The notes on one resource, found without a search: every write asks. */
export class NotEnforcedNotes {
  readonly #byResource = new Map<string, NotEnforced[]>();

  constructor(notes: readonly NotEnforced[]) {
    for (const note of notes) {
      const key = `${note.group}/${note.resource}`;
      const known = this.#byResource.get(key);
      if (known) known.push(note);
      else this.#byResource.set(key, [note]);
    }
  }

  /** Texts for `Warning` headers about an object that is created or changed. */
  about(definition: Pick<ResourceDefinition, 'group' | 'resource'>, object: JsonObject): string[] {
    if (this.#byResource.size === 0) return [];
    const notes = this.#byResource.get(`${definition.group}/${definition.resource}`) ?? [];
    return notes.flatMap((note) => note.sentence(object) ?? []);
  }
}
