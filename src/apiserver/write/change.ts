import { conflict, notFound } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Answer, Call, Change, ClusterParts } from '../call/call.ts';
import { checkName, find } from '../call/find.ts';
import { objectKey } from '../storage/keys.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { inTurn } from './in-turn.ts';
import { goThrough, WriteRun } from './run.ts';

/** Attempts of a write that names no version and meets other writers. */
const attemptsWithoutVersion = 16;

/**
 * The one way in which objects come and change: read, compute, go through the steps of `steps.ts`, and commit if nobody
 * else did meanwhile.
 */
export function changeObject(parts: ClusterParts, call: Call, change: Change): Promise<Answer> {
  if (!change.mayRetry || waitsOutside(parts, call)) return changeNow(parts, call, change);
  const key = parts.storage.storeKey(call.resource, objectKey(call.namespace, call.name));
  return parts.storage.turns.run(key, () => changeNow(parts, call, change));
}

/** Who waits for a webhook takes no turn: others would wait along, and a webhook may write the object itself. */
function waitsOutside(parts: ClusterParts, call: Call): boolean {
  const { definition } = call.resource;
  const subresource = call.askedAs ?? call.subresource;
  return (['CREATE', 'UPDATE'] as const).some((operation) =>
    parts.mayWait({ definition, subresource, operation }),
  );
}

async function changeNow(parts: ClusterParts, call: Call, change: Change): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    if (change.creates !== 'always') checkName(call.name);
    const current = change.creates === 'always' ? undefined : await find(parts, call);
    if (!current && change.creates === 'never') throw notFound(call.resource.subject(call.name));
    const old = current?.peek(call.resource);
    const computed = change.compute(current, old);
    const object = computed instanceof Promise ? await computed : computed;
    const answer = await written(parts, call, { change, current, object, old });
    if (answer) return answer;
    if (!change.mayRetry || attempt === attemptsWithoutVersion) {
      throw conflict(call.resource.subject(call.name));
    }
  }
}

function written(
  parts: ClusterParts,
  call: Call,
  asked: {
    readonly change: Change;
    readonly current: StoredObject | undefined;
    readonly object: JsonObject;
    readonly old: JsonObject | undefined;
  },
): Promise<Answer | undefined> {
  const operation = asked.current ? 'UPDATE' : 'CREATE';
  const course = parts.courses.of(call.resource, call.askedAs ?? call.subresource, operation);
  if (!course.alone) return goThrough(new WriteRun(parts, call, { ...asked, course }));
  const waits = parts.mayWait(course.target);
  return inTurn(parts, call, {
    takesTurn: !waits,
    object: asked.object,
    write: (object) =>
      goThrough(
        new WriteRun(parts, call, { ...asked, object, course, decidesInTurn: waits && course.onlyTurns }),
      ),
  });
}
