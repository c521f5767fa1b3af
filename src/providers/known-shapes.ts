import type { ShapeMap } from './shape.ts';
import data from './shapes.json' with { type: 'json' };

/**
 * What the `properties` of types may hold, by what Azure's own SDKs know of them; made by `npm run build:shapes`. Members that a
 * version outside the SDK has beside stand with their type.
 */
export const knownShapes = data as unknown as Readonly<Record<keyof typeof data, ShapeMap>>; // Words are typed as strings.
