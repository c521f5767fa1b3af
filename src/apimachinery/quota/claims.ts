import type { JsonObject } from '../../base/index.ts';
import { nanoPerUnit, parseQuantity, type Quantity, quantityOf } from '../quantity.ts';
import { at, objectAt, textAt } from '../read.ts';
import type { Counted } from './counted.ts';
import { namesMatch } from './scopes.ts';

const count = 'count/persistentvolumeclaims';
const own = ['persistentvolumeclaims', 'requests.storage'];
const perClass = '.storageclass.storage.k8s.io/';

/** Claims of volumes: how many and how much storage, all together and of each storage class. */
export const countedClaims: Counted = {
  names: (hard) =>
    hard.filter(
      (name) => name === count || own.includes(name) || own.some((each) => name.endsWith(perClass + each)),
    ),
  concerns: ({ operation, subresource }) =>
    subresource === '' ? operation !== 'DELETE' : subresource === 'status' && operation === 'UPDATE',
  usage(claim) {
    const one = quantityOf(1, 'decimal');
    const usage = new Map<string, Quantity>([
      ['persistentvolumeclaims', one],
      [count, one],
    ]);
    const storage = storageOf(claim);
    if (storage) usage.set('requests.storage', storage);
    const storageClass = storageClassOf(claim);
    if (storageClass === '') return usage;
    usage.set(`${storageClass}${perClass}persistentvolumeclaims`, one);
    if (storage) usage.set(`${storageClass}${perClass}requests.storage`, storage);
    return usage;
  },
  isInScope(claim, requirement) {
    return (
      requirement.scope === 'VolumeAttributesClass' && namesMatch(attributesClassesOf(claim), requirement)
    );
  },
};

/** The old annotation comes first. */
export function storageClassOf(claim: JsonObject): string {
  const annotation = at(
    objectAt(claim, 'metadata', 'annotations'),
    'volume.beta.kubernetes.io/storage-class',
  );
  return typeof annotation === 'string' ? annotation : textAt(claim, 'spec', 'storageClassName');
}

/** What is asked for, or what is set aside already where that is more; in whole bytes. */
function storageOf(claim: JsonObject): Quantity | undefined {
  const asked = parseQuantity(at(claim, 'spec', 'resources', 'requests', 'storage'));
  if (!asked) return undefined;
  const allocated = parseQuantity(at(claim, 'status', 'allocatedResources', 'storage'));
  const { nano, format } = allocated && allocated.nano > asked.nano ? allocated : asked;
  return { nano: ((nano + nanoPerUnit - 1n) / nanoPerUnit) * nanoPerUnit, format };
}

/** Those that the claim has, has been promised and is being brought to. */
function attributesClassesOf(claim: JsonObject): string[] {
  const named = [
    textAt(claim, 'spec', 'volumeAttributesClassName'),
    textAt(claim, 'status', 'currentVolumeAttributesClassName'),
    textAt(claim, 'status', 'modifyVolumeStatus', 'targetVolumeAttributesClassName'),
  ];
  return [...new Set(named.filter((name) => name !== ''))];
}
