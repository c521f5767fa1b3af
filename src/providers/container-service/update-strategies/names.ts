/** Names of strategies, runs, stages and groups. */
export const updateName = {
  pattern: /^[a-z0-9]$|^[a-z0-9][-a-z0-9]{0,48}[a-z0-9]$/,
  rule: '1 to 50 lower-case letters, digits and hyphens, with a letter or digit at both ends',
} as const;

export const updateStrategyType = 'Microsoft.ContainerService/fleets/updateStrategies';
