export { builtinResources } from './builtin.ts';
export { age, humanDuration } from './duration.ts';
export {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from './quantity.ts';
