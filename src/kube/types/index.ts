export { builtinResources } from './builtin.ts';
export { age, humanDuration } from './duration.ts';
export { formProblem } from './forms.ts';
export { normalize } from './normalize.ts';
export {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from './quantity.ts';
export { objectNode } from './schema-node.ts';
export { validateMetadata, validateMetadataUpdate } from './validation/metadata.ts';
