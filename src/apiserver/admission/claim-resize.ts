import {
  type AdmissionStep,
  type ClusterView,
  refused,
  type Write,
  writesOf,
} from '../../apimachinery/admission.ts';
import { compareQuantities, parseQuantity } from '../../apimachinery/quantity.ts';
import { storageClassOf } from '../../apimachinery/quota/claims.ts';
import { at, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';

/** Claims grow when they have a volume whose class allows that. */
export const claimResize: AdmissionStep = {
  name: 'PersistentVolumeClaimResize',
  concerns: writesOf(['/persistentvolumeclaims'], 'UPDATE'),
  validate(write, cluster) {
    const { object, old } = write;
    if (!object || !old || !grows(object, old)) return undefined;
    if (textAt(old, 'status', 'phase') !== 'Bound') {
      throw refused(write, 'Only bound persistent volume claims can be expanded');
    }
    return checkClass(write, cluster);
  },
};

function grows(claim: JsonObject, old: JsonObject): boolean {
  const [now, before] = [claim, old].map((each) =>
    parseQuantity(at(each, 'spec', 'resources', 'requests', 'storage')),
  );
  return now !== undefined && (!before || compareQuantities(now, before) > 0);
}

async function checkClass(write: Write, cluster: ClusterView): Promise<void> {
  const [name = '', before] = [write.object ?? {}, write.old ?? {}].map(storageClassOf);
  const place = { group: 'storage.k8s.io', resource: 'storageclasses', namespace: '' };
  const found = name !== '' && name === before ? await cluster.find(place, name) : undefined;
  if (found?.['allowVolumeExpansion'] === true) return;
  const why = 'the storageclass that provisions the pvc must support resize';
  throw refused(write, `only dynamically provisioned pvc can be resized and ${why}`);
}
