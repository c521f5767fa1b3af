import { deserializes } from '../deserialized.ts';
import type { Shape } from '../shape.ts';

/**
 * Members of custom locations and their rules in all published versions.
 * Source: https://learn.microsoft.com/rest/api/customlocation
 */
const customLocation: Shape = {
  authentication: { type: 'text', value: 'text' },
  clusterExtensionIds: ['text'],
  displayName: 'text',
  hostResourceId: 'text',
  hostType: 'text',
  namespace: 'text',
  provisioningState: 'text',
};

const resourceSyncRule: Shape = {
  priority: 'integer',
  selector: {
    matchLabels: { '*': 'text' },
    matchExpressions: [{ key: 'text', operator: 'text', values: ['text'] }],
  },
  targetResourceGroup: 'text',
  provisioningState: 'text',
};

export const conformCustomLocation = deserializes(customLocation);
export const conformResourceSyncRule = deserializes(resourceSyncRule);
