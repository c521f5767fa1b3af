import { isObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { noWait } from '../../declare/flags.ts';
import { getResource } from '../../declare/verbs.ts';
import { cluster } from './noun.ts';
import { postAction } from './power.ts';

/** `az aks stop`. */
export const command = defineCommand({
  words: 'aks stop',
  summary: 'Stop a managed cluster.',
  flags: { ...cluster.names, noWait: noWait() },
  async run(call) {
    const { properties } = await getResource(cluster, call);
    const access = isObject(properties) ? properties['apiServerAccessProfile'] : undefined;
    if (isObject(access) && access['enablePrivateCluster'] === true) {
      call.warn(
        "Your private cluster apiserver IP might get changed when it's stopped and started.\n" +
          'Any user provisioned private endpoints linked to this private cluster will need to be deleted and created again. ' +
          'Any user managed DNS record also needs to be updated with the new IP.',
      );
    }
    return postAction('stop', call);
  },
});
