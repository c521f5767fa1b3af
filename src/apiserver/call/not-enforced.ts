import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { NotEnforced } from '../../apimachinery/not-enforced.ts';
import type { JsonObject } from '../../base/index.ts';

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
