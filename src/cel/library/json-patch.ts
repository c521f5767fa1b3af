import type { Registry } from '../registry.ts';
import { text } from './arguments.ts';

/** How a key is written in the path of a JSON patch. */
export function declareJsonPatch(registry: Registry): void {
  registry.declare('jsonpatch.escapeKey(string) string', (key) =>
    text(key).replaceAll('~', '~0').replaceAll('/', '~1'),
  );
}
