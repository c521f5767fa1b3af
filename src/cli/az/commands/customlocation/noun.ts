import { required, resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';
import { flattenDeep } from '../../shape/flatten.ts';

/** A custom location. */
export const customLocation: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.ExtendedLocation/customLocations/{name}',
  apiVersion: '2021-08-15',
  names: { resourceGroup: resourceGroup(), name: required('--name -n', 'Name of the custom location.') },
  present: flattenDeep,
};
