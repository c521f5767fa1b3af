import { metadataOf, textOf } from '../../apimachinery/metadata.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { WriteState, WriteStep } from '../call/call.ts';
import { keepingReset, trackWrite } from './field-managers.ts';
import { checkPlace, clearServerOwned } from './place.ts';

/** The object is named as the path names it, and a new one has nothing that only the server gives. */
export const place: WriteStep = {
  name: 'place',
  part: 'take',
  concerns: ({ operation }) => operation !== 'DELETE',
  run(state) {
    const { object, call, current } = state;
    if (!object) return;
    const metadata = checkPlace(object, call, call.name);
    if (current) return;
    checkNotTerminating(state);
    state.version = textOf(metadata['resourceVersion']);
    clearServerOwned(object);
  },
};

/** The form of its kind, with what the kind fills in. */
export const defaults: WriteStep = {
  name: 'default',
  part: 'take',
  concerns: ({ operation }) => operation !== 'DELETE',
  run({ object, current, definition }) {
    if (!object) return;
    if (current) keepingReset(object, () => definition.strategy.default(object));
    else definition.strategy.default(object);
  },
};

/** Who asked for what. */
export const track: WriteStep = {
  name: 'track',
  part: 'take',
  concerns: ({ operation }) => operation !== 'DELETE',
  run({ parts, call, change, object, old }) {
    if (object && change.tracked !== true) trackWrite(parts, call, { before: old, after: object });
  },
};

function checkNotTerminating({ parts, resource, object }: WriteState): void {
  const { group, resource: plural } = resource.definition;
  if (!resource.custom || !parts.resources.terminating.has(`${plural}.${group}`)) return;
  const why = 'create not allowed while custom resource definition is terminating';
  throw forbidden(resource.subject(textOf(object && metadataOf(object)['name'])), why);
}
