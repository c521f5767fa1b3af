export { Budget } from './budget.ts';
export { NotYetKnown, TemplateError } from './errors.ts';
export type { DeploymentScope, Facts, Runtime } from './frame.ts';
export { templateLimits } from './limits.ts';
export { bodyOf, planOf } from './plan.ts';
export type { PlannedResource } from './planned.ts';
export { Template, type TemplateInput } from './template.ts';
export { templateHash } from './template-hash.ts';
export { type Change, compareBodies, type PropertyChange } from './what-if.ts';
