import { defineCommand } from '../../declaration.ts';
import { pathOf } from '../../declare/verbs.ts';
import { flattenDeep } from '../../shape/flatten.ts';
import { customLocation } from './noun.ts';

/** `az customlocation list-enabled-resource-types`. */
export const command = defineCommand({
  words: 'customlocation list-enabled-resource-types',
  summary: 'List what can be deployed to a custom location.',
  flags: customLocation.names,
  reads: true,
  async run(call) {
    const path = `${pathOf(customLocation, call)}/enabledResourceTypes`;
    const items = await call.session.arm.list(path, customLocation.apiVersion);
    return items.map((item) => flattenDeep(item));
  },
});
