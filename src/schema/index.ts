/** Structural schemas: pruning, defaulting and validation by the schema of a CustomResourceDefinition. */
export { applyDefaults } from './defaults.ts';
export { prune, pruneAndReport, unknownFields } from './prune.ts';
export { celTypeOf } from './rules/cel-type.ts';
export { escapeField } from './rules/declare.ts';
export { StructuralNode } from './structural-node.ts';
export { validateValue } from './validate.ts';
