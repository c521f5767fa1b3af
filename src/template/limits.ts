/**
 * What one template may measure and cost.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits
 */
export const templateLimits = {
  parameters: 256,
  variables: 512,
  outputs: 64,
  resources: 800,
  expressionCharacters: 24_576,
  /** Calls within calls of one expression. */
  expressionLevels: 128,
  /** Objects and lists within each other, of any value that comes out. */
  valueLevels: 100,
  /** Items that `range` and a copy loop of a value give at most. */
  listItems: 10_000,
  /** User functions and variables that call each other. */
  callLevels: 64,
  /** Deployments within deployments. */
  deploymentLevels: 5,
  /** Calls, items and runs of 16 characters that evaluating a template may come to. */
  steps: 2_000_000,
} as const;
