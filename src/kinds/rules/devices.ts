import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import type { KindRules } from '../built-in-kind.ts';

/** Claims for devices, and templates of such: what was asked for stays. */
export const deviceClaimRules: KindRules = {
  validateUpdate: (object, old) => validateImmutable(object, old, 'spec', 'spec'),
};
