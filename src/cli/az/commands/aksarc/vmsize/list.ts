import { isObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { arcCluster, propertiesOf } from '../noun.ts';

/** `az aksarc vmsize list`. */
export const command = defineCommand({
  words: 'aksarc vmsize list',
  summary: 'List the sizes of nodes that a custom location offers.',
  flags: { customLocation: required('--custom-location', 'ID of the custom location.') },
  reads: true,
  table: (value) => {
    const { values } = isObject(value) ? propertiesOf(value) : {};
    const sizes = Array.isArray(values) ? values.filter(isObject) : [];
    return sizes.map(({ name, capabilities }) => {
      const known = Array.isArray(capabilities) ? capabilities.filter(isObject) : [];
      const amount = (wanted: string) => known.find((one) => one['name'] === wanted)?.['value'] ?? '';
      return { Name: name, VCPUs: amount('vCPUs'), MemoryGB: amount('MemoryGB') };
    });
  },
  run: ({ flags, session }) =>
    session.arm.get(
      `${flags.customLocation}/providers/Microsoft.HybridContainerService/skus/default`,
      arcCluster.apiVersion,
    ),
});
