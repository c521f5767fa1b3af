import { Registry } from '../registry.ts';
import { declareAuthorization } from './authorization.ts';
import { declareConversions } from './conversions.ts';
import { declareJsonPatch } from './json-patch.ts';
import { declareLists } from './lists.ts';
import { declareFormats } from './named-formats.ts';
import { declareNetwork } from './network.ts';
import { declareOperators } from './operators.ts';
import { declareQuantities } from './quantities.ts';
import { declareStrings } from './strings.ts';

let registry: Registry | undefined;
let patches: Registry | undefined;

/** Every function of Kubernetes' CEL environment (compatibility version 1.33). Made on first use. */
export function kubernetesFunctions(): Registry {
  return (registry ??= declared());
}

/** Those, and what expressions that make patches have besides. Made on first use. */
export function patchFunctions(): Registry {
  if (patches) return patches;
  patches = declared();
  declareJsonPatch(patches);
  return patches;
}

function declared(): Registry {
  const registry = new Registry();
  declareOperators(registry);
  declareConversions(registry);
  declareStrings(registry);
  declareLists(registry);
  declareNetwork(registry);
  declareQuantities(registry);
  declareFormats(registry);
  declareAuthorization(registry);
  return registry;
}
