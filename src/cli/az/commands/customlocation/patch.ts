import type { JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { list, tags, text } from '../../declare/flags.ts';
import { pathOf } from '../../declare/verbs.ts';
import { jsonObject } from '../../http/arm-call.ts';
import { customLocation } from './noun.ts';
import { authentication, identityFlag, kubeconfigFlag } from './whole.ts';

/** `az customlocation patch`: what is named changes, the rest stays. */
export const command = defineCommand({
  words: 'customlocation patch',
  summary: 'Change parts of a custom location.',
  flags: {
    ...customLocation.names,
    namespace: text('--namespace', 'Namespace of the host cluster that the location maps to.'),
    host: text('--host-resource-id', 'ID of the host cluster.'),
    extensions: list('--cluster-extension-ids -c', 'IDs of cluster extensions.'),
    displayName: text('--display-name', 'Name that is shown.'),
    kubeconfig: kubeconfigFlag,
    identity: identityFlag,
    tags: tags(),
  },
  async run(call) {
    const given = call.flags;
    const properties: JsonObject = {
      ...(given.namespace !== undefined && { namespace: given.namespace }),
      ...(given.host !== undefined && { hostResourceId: given.host }),
      ...(given.extensions && { clusterExtensionIds: given.extensions }),
      ...(given.displayName !== undefined && { displayName: given.displayName }),
      ...authentication(call, given.kubeconfig),
    };
    const answer = await call.session.arm.send({
      method: 'PATCH',
      path: pathOf(customLocation, call),
      apiVersion: customLocation.apiVersion,
      body: {
        ...(given.tags && { tags: given.tags }),
        ...(given.identity && { identity: { type: given.identity } }),
        ...(Object.keys(properties).length > 0 && { properties }),
      },
    });
    return customLocation.present(jsonObject(answer));
  },
});
