import type { JsonObject } from '../base/index.ts';

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
