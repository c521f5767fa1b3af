import type { JsonObject } from '../../../../base/index.ts';
import { required, resourceGroup } from '../../declare/flags.ts';
import type { Noun } from '../../declare/verbs.ts';
import { fillModel } from '../../shape/flatten.ts';

/** An SSH public key. */
export const sshkey: Noun = {
  path: '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/sshPublicKeys/{name}',
  apiVersion: '2024-11-01',
  names: {
    resourceGroup: resourceGroup(),
    name: required('--name --ssh-public-key-name -n', 'The name of the SSH public key.'),
  },
  idStyle: 'sdk',
  present: (body: JsonObject) =>
    fillModel({ id: null, location: null, name: null, publicKey: null, tags: null, type: null }, body),
};
