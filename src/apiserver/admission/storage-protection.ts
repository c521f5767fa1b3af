import { type AdmissionStep, writesOf } from '../../apimachinery/admission.ts';
import { finalizersOf, metadataOf } from '../../apimachinery/metadata.ts';

const finalizers: Readonly<Record<string, string | undefined>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

/** Volumes, claims and classes of their attributes are created with a finalizer, which goes when nobody uses them any more. */
export const storageProtection: AdmissionStep = {
  name: 'StorageObjectInUseProtection',
  concerns: writesOf(
    ['/persistentvolumeclaims', '/persistentvolumes', 'storage.k8s.io/volumeattributesclasses'],
    'CREATE',
  ),
  mutate({ object, definition }) {
    const finalizer = finalizers[definition.resource];
    if (!object || finalizer === undefined) return;
    const metadata = metadataOf(object);
    const held = finalizersOf(metadata);
    if (!held.includes(finalizer)) metadata['finalizers'] = [...held, finalizer];
  },
};
