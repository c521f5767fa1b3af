import type { Verb } from './call.ts';

/** Resources without stored objects, by `group/resource`: asking is all there is. */
export const virtualResources: Readonly<Record<string, Verb>> = {};

/** Subresources that are more than another view of the object, by `resource/subresource` (`*` for any resource). */
export const subresources: Readonly<Record<string, Verb>> = {};
