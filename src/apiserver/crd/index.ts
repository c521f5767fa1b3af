/** CustomResourceDefinitions: their rules, and the resources that they bring. */
export { defaultCrd } from './default-crd.ts';
export { definitionsOf } from './definitions.ts';
export { establish, isEstablished, namesClaimed, terminating } from './establish.ts';
export { compileJsonPath, type JsonPath } from './json-path.ts';
export { customResourceDefinitionResource } from './resource.ts';
export { valueAt } from './strategy.ts';
export { validateCrd } from './validate-crd.ts';
