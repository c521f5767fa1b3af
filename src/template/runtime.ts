import { NotYetKnown } from './errors.ts';
import type { Runtime } from './frame.ts';

/** Before anything is deployed. */
export const nothingKnown: Runtime = {
  reference: () => {
    throw new NotYetKnown('reference');
  },
  references: () => {
    throw new NotYetKnown('references');
  },
  list: (action) => {
    throw new NotYetKnown(action);
  },
};
