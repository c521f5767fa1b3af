import type { ResourceType } from '../../arm/index.ts';
import { networkVersions } from './versions.ts';

/** What all types of Microsoft.Network have in common. */
export const networkType = {
  namespace: 'Microsoft.Network',
  apiVersions: networkVersions,
  lowestApiVersion: '2015-06-15',
  lifecycle: 'immediate',
  announcesOperations: true,
  etagMember: 'etag',
  systemData: false,
  busyCode: 'AnotherOperationInProgress',
} as const satisfies Partial<ResourceType>;

/** Names of network resources: alphanumeric start, alphanumeric or underscore end. */
export function networkName(shortest: number, longest: number) {
  const inner = `[\\w.-]{${Math.max(shortest - 2, 0)},${longest - 2}}\\w`;
  return {
    pattern: new RegExp(`^[a-zA-Z0-9](?:${inner})${shortest > 1 ? '' : '?'}$`),
    rule: `${shortest} to ${longest} letters, digits, underscores, periods and hyphens; it begins with a letter or digit and ends with a letter, digit or underscore`,
  };
}
