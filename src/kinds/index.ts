export { humanDuration } from '../apimachinery/duration.ts';
export {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from '../apimachinery/quantity.ts';
export { validateMetadata, validateMetadataUpdate } from '../apimachinery/validation/metadata.ts';
export { builtInNode } from './built-in-node.ts';
export { allBuiltinResources, type BuiltInResource, builtinResources } from './builtin.ts';
export { formProblem } from './forms.ts';
export { normalize } from './normalize.ts';
export { objectNode } from './schema-node.ts';
export { mandatoryFlowSchemas, mandatoryPriorityLevels } from './shared/mandatory-flow-control.ts';
