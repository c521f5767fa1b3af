import { Registry } from '../registry.ts';
import { declareAuthorization } from './authorization.ts';
import { declareConversions } from './conversions.ts';
import { declareLists } from './lists.ts';
import { declareFormats } from './named-formats.ts';
import { declareNetwork } from './network.ts';
import { declareOperators } from './operators.ts';
import { declareQuantities } from './quantities.ts';
import { declareStrings } from './strings.ts';

let registry: Registry | undefined;

/** Every function of Kubernetes' CEL environment (compatibility version 1.33). Made on first use. */
export function kubernetesFunctions(): Registry {
  if (registry) return registry;
  registry = new Registry();
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
