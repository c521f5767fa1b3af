import { finalizersOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { conflict, notFound, successStatus } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Answer, Call, Change, ClusterParts, WriteState, WriteStep } from '../call/call.ts';
import { find } from '../call/find.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { erase, isFullyReleased, overwrite } from './commit.ts';
import { markedForDeletion } from './deletion-marks.ts';
import { goThrough, WriteRun } from './run.ts';

const attempts = 16;

/** Deletes the object that the call names; options have been read. */
export async function removeObject(
  parts: ClusterParts,
  call: Call,
  how: Pick<Change, 'admitted' | 'ofCollection'> = {},
): Promise<Answer> {
  const course = parts.courses.of(call.resource, call.subresource, 'DELETE');
  for (let attempt = 1; ; attempt++) {
    const current = await find(parts, call);
    if (!current) throw notFound(call.resource.subject(call.name));
    checkPreconditions(call, current);
    const old = current.peek(call.resource);
    const run = new WriteRun(parts, call, { course, change: how, current, object: undefined, old });
    const answer = await goThrough(run);
    if (answer) return answer;
    if (attempt === attempts) throw conflict(call.resource.subject(call.name));
  }
}

/** Throws 409 when the object is not the one that the options name. */
export function checkPreconditions(call: Call, current: StoredObject): void {
  const { uid, resourceVersion } = call.options.deletion;
  const { group, kind } = call.resource.definition;
  // The real server names the kind where it names resources elsewhere.
  const subject = { group, resource: kind, name: call.name };
  const actual = textOf(readMetadata(current.peek(call.resource))['uid']);
  if (uid !== undefined && uid !== actual) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${actual})`;
    throw conflict(subject, `${why}. The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== String(current.revision)) {
    const versions = `(${resourceVersion}) does not match the ResourceVersion in record (${current.revision})`;
    throw conflict(
      subject,
      `the ResourceVersion in the precondition ${versions}. The object might have been modified`,
    );
  }
}

/** The end of an object, or the mark that it is to end when those who hold it let go. Without an answer when it changed meanwhile. */
export const remove: WriteStep = {
  name: 'remove',
  part: 'commit',
  concerns: ({ operation }) => operation === 'DELETE',
  async run(state) {
    const { parts, call, current, old } = state;
    if (!current || !old) return;
    const next = markedForDeletion(parts, call, current);
    state.answer = isFullyReleased(next, state.definition)
      ? await ended(state, { current, old, next })
      : await keptMarked(state, { current, old, next });
  },
};

interface Removal {
  readonly current: StoredObject;
  readonly old: JsonObject;
  readonly next: JsonObject;
}

async function ended(state: WriteState, { current, old, next }: Removal): Promise<Answer | undefined> {
  const { call, resource, definition } = state;
  if (!call.options.dryRun && !(await erase(state, current)).ok) return undefined;
  if (definition.deletion.answersWithObject) {
    const last = definition.deletion.showsMark ? next : current.copy(resource);
    return { type: 'value', code: 200, value: last, resource };
  }
  const uid = textOf(readMetadata(old)['uid']);
  const value = successStatus(resource.subject(call.name), uid);
  return { type: 'value', code: 200, value, resource: undefined };
}

async function keptMarked(state: WriteState, { current, old, next }: Removal): Promise<Answer | undefined> {
  const { call, resource } = state;
  if (call.options.dryRun) return { type: 'value', code: 200, value: next, resource };
  const unchanged = readMetadata(old)['deletionTimestamp'] !== undefined && sameMarks(old, next);
  if (unchanged) return { type: 'object', code: 200, resource, object: current };
  return overwrite(state, { current, next, lease: undefined });
}

function sameMarks(old: JsonObject, next: JsonObject): boolean {
  const [before, after] = [readMetadata(old), readMetadata(next)];
  return (
    before['deletionTimestamp'] === after['deletionTimestamp'] &&
    finalizersOf(before).join() === finalizersOf(after).join()
  );
}
