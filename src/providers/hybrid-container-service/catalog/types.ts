import { ArmError, type ResourceDraft, type ResourceType, type ResourceWrite } from '../../../arm/index.ts';
import { demandCustomLocation } from '../../custom-location.ts';
import { deploysToCustomLocation } from '../../references.ts';
import { hybridNamespace, hybridVersions } from '../api-versions.ts';
import { kubernetesVersions, skus } from './routes.ts';

/**
 * Asking a custom location to publish what it offers, and to stop. What it offers is the same for all, so that it is shown
 * whether or not anybody asked (`catalogRoutes`).
 */
export const catalogTypes: readonly ResourceType[] = [
  catalogType('kubernetesVersions', kubernetesVersions),
  catalogType('skus', skus),
];

function catalogType(type: string, values: typeof skus): ResourceType {
  return {
    namespace: hybridNamespace,
    type,
    apiVersions: hybridVersions,
    scope: 'extension',
    name: { pattern: /^default$/i, rule: "the name is always 'default'" },
    lifecycle: 'immediate',
    announcesOperations: true,
    verbs: ['put', 'delete'],
    envelope: ['extendedLocation'],
    references: [deploysToCustomLocation],
    prepare,
    present: () => ({ values: values() }),
  };
}

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const locationId = write.id.slice(0, write.id.toLowerCase().lastIndexOf('/providers/'));
  const location = await write.context.records.get(locationId);
  if (location?.type !== 'Microsoft.ExtendedLocation/customLocations') {
    throw new ArmError(404, 'ResourceNotFound', `The custom location '${locationId}' was not found.`);
  }
  const own = { type: 'CustomLocation', name: location.id };
  const named = await demandCustomLocation({ ...write, body: { extendedLocation: own, ...write.body } });
  if (named.toLowerCase() !== location.id.toLowerCase()) {
    throw new ArmError(
      400,
      'InvalidExtendedLocation',
      `The resource '${write.id}' has an invalid extended location '${named}', which is not the custom location that it extends.`,
      { target: 'extendedLocation' },
    );
  }
  return { extendedLocation: own, properties: {} };
}
