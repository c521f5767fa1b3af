import type { ResourceType } from '../../arm/index.ts';
import { sshPublicKeys } from './ssh-public-keys/type.ts';

/** Types of Microsoft.Compute. */
export const computeTypes: readonly ResourceType[] = [sshPublicKeys];
