import type { ResourceAction, ResourceRecord } from '../../../arm/index.ts';
import { abortAction } from '../managed-clusters/abort.ts';
import { deleteMachines } from './delete-machines.ts';
import { clusterThatTakesWishes } from './wishes.ts';

/** What is done to a pool beside changing it. */
export const poolActions: Readonly<Record<string, ResourceAction>> = {
  abort: abortAction,
  deleteMachines,
  upgradeNodeImageVersion: {
    mode: 'converged',
    async change({ record, context }) {
      await clusterThatTakesWishes(record, context);
      return {
        ...record,
        provisioningState: 'UpgradingNodeImageVersion',
        internal: { ...record.internal, newImage: true },
      };
    },
  },
};

/** True until the cluster knows that the pool is to get another image. */
export function wantsNewImage({ internal }: Pick<ResourceRecord, 'internal'>): boolean {
  return internal?.['newImage'] === true;
}

export function withoutWish(record: ResourceRecord): ResourceRecord {
  const { newImage: _image, machinesToGo: _machines, ...internal } = record.internal ?? {};
  return { ...record, internal };
}
