import type { Alongside } from '../../apimachinery/admission.ts';
import { metadataOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { internalError, StatusError } from '../../apimachinery/status.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import { managedFieldsProblem } from '../../merge/index.ts';
import type { Answer, Call, ClusterParts, Course, WriteState, WriteStep } from '../call/call.ts';
import { ClaimLost } from '../storage/cluster-storage.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { bringToForm, checkForeign } from './decode.ts';
import { contended, timesDecided, turnOfAll } from './in-turn.ts';
import { registryProblem } from './place.ts';

/** One write on its way through the steps. */
export class WriteRun implements WriteState {
  readonly parts: ClusterParts;
  readonly call: Call;
  readonly course: Course;
  readonly change: WriteState['change'];
  readonly current: StoredObject | undefined;
  readonly old: JsonObject | undefined;
  object: JsonObject | undefined;
  name: string;
  isAgain = false;
  wasReplaced = false;
  hasGeneratedName = false;
  version = '';
  seen: number;
  answer: Answer | undefined;
  readonly claims: string[] = [];
  readonly alongside: Alongside[] = [];
  /** Its turn among all of its resource comes when everybody else has been heard: who waits for a webhook keeps nobody waiting. */
  readonly decidesInTurn: boolean;

  constructor(
    parts: ClusterParts,
    call: Call,
    write: {
      readonly course: Course;
      readonly change: WriteState['change'];
      readonly current?: StoredObject | undefined;
      readonly object: JsonObject | undefined;
      readonly old: JsonObject | undefined;
      readonly decidesInTurn?: boolean;
    },
  ) {
    this.parts = parts;
    this.call = call;
    this.course = write.course;
    this.change = write.change;
    this.current = write.current;
    this.object = write.object;
    this.old = write.old;
    this.decidesInTurn = write.decidesInTurn ?? false;
    this.name = call.name === '' ? textOf(readMetadata(write.object ?? {})['name']) : call.name;
    this.seen = parts.storage.seen();
  }

  get resource() {
    return this.call.resource;
  }

  get definition() {
    return this.call.resource.definition;
  }

  get subresource() {
    return this.course.target.subresource;
  }

  get operation() {
    return this.course.target.operation;
  }

  get kind() {
    return this.course.kind;
  }

  get namespace() {
    return this.call.namespace;
  }

  get pathName() {
    return this.change.ofCollection === true ? '' : this.call.name;
  }

  get user() {
    return this.call.user;
  }

  get options() {
    return this.call.options;
  }

  get warnings() {
    return this.call.warnings;
  }

  get annotations() {
    return this.call.record.annotations;
  }

  replace(object: JsonObject, as?: 'strict' | 'converted'): void {
    if (this.kind.kind === this.definition.kind) {
      checkSameKind(object, this.resource, as);
      bringToForm(object, this.resource, as);
    } else checkForeign(object, this.kind, as);
    this.object = object;
    this.wasReplaced = true;
  }
}

/** A new state is of the kind that it was. Throws 500 for another built-in one. */
function checkSameKind(
  object: JsonObject,
  { custom, definition, apiVersion }: Call['resource'],
  as: 'strict' | 'converted' | undefined,
): void {
  // What says nothing of itself is taken for what it was.
  if (!custom && textOf(object['kind']) === '') object['kind'] = definition.kind;
  if (!custom && textOf(object['apiVersion']) === '') object['apiVersion'] = apiVersion;
  const [kind, version] = [textOf(object['kind']), textOf(object['apiVersion'])];
  if (custom || (kind === definition.kind && version === apiVersion)) return;
  const problem = registryProblem(kind, version, definition);
  if (problem === undefined) return;
  throw as === 'strict' ? internalError(problem) : new StatusError(500, '', problem);
}

/** Goes through the course. Undefined when the object changed meanwhile. Throws `ClaimLost` and the refusals of steps. */
export async function goThrough(run: WriteRun): Promise<Answer | undefined> {
  const { course, change } = run;
  const taking = runAll(course.take, run);
  if (taking) await taking;
  const mutating = change.admitted === true ? undefined : mutate(run);
  if (mutating) await mutating;
  const preparing = runAll(course.prepare, run);
  if (preparing) await preparing;
  return decide(run);
}

/**
 * Asks admission about a body that is not stored: what a subresource is given, a review. Between its two parts comes
 * `check`, which throws for what the verb does not take. Returns what admission made of the body.
 */
export async function admitBody(
  parts: ClusterParts,
  call: Call,
  asked: {
    readonly operation: 'CREATE' | 'UPDATE' | 'CONNECT';
    readonly object: JsonObject;
    readonly old?: JsonObject;
    check?(object: JsonObject): void;
  },
): Promise<JsonObject> {
  const course = parts.courses.of(call.resource, call.subresource, asked.operation);
  const run = new WriteRun(parts, call, { course, change: {}, object: asked.object, old: asked.old });
  const mutating = mutate(run);
  if (mutating) await mutating;
  const object = run.object ?? asked.object;
  asked.check?.(object);
  const judging = runAll(course.validate, run);
  if (judging) await judging;
  return object;
}

function mutate(run: WriteRun): Promise<void> | undefined {
  if (run.course.mutate.length === 0) return undefined;
  const before = managersOf(run);
  const first = runAll(run.course.mutate, run);
  if (first) return first.then(() => afterMutation(run, before));
  return afterMutation(run, before);
}

/** Earlier steps look at what a later one made of the object, once. */
function afterMutation(run: WriteRun, managedFields: Json | undefined): Promise<void> | undefined {
  if (!run.wasReplaced) return undefined;
  run.wasReplaced = false;
  run.isAgain = true;
  const again = runAll(run.course.mutate, run);
  return again ? again.then(() => keepManagers(run, managedFields)) : keepManagers(run, managedFields);
}

function managersOf({ object }: WriteRun): Json | undefined {
  return object && readMetadata(object)['managedFields'];
}

/** Managed fields that no longer can be read are as they were. */
function keepManagers(run: WriteRun, before: Json | undefined): undefined {
  const managers = managersOf(run);
  if (run.object && Array.isArray(managers) && managers.length === 0)
    delete metadataOf(run.object)['managedFields'];
  const problem = managedFieldsProblem(managers);
  if (problem === undefined || !run.object) return undefined;
  if (before === undefined) delete metadataOf(run.object)['managedFields'];
  else metadataOf(run.object)['managedFields'] = before;
  run.warnings.push(
    `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${problem}`,
  );
  return undefined;
}

/** Judges and commits; where others were faster with what a judging step counted on, it is asked again, and those after it. */
async function decide(run: WriteRun): Promise<Answer | undefined> {
  const { course, change, claims, alongside, warnings } = run;
  let counting: Counting | undefined;
  for (const [at, step] of (change.admitted === true ? [] : course.validate).entries()) {
    const before = [claims.length, alongside.length, warnings.length] as const;
    const wait = step.run(run);
    if (wait) await wait;
    const isInTurn = run.decidesInTurn && step.alone;
    const counted = isInTurn || claims.length > before[0] || alongside.length > before[1];
    if (counted) counting ??= { steps: course.validate.slice(at), before };
  }
  if (!counting) {
    await runAll(course.commit, run);
    return run.answer;
  }
  const { steps, before } = counting;
  const shared = alongside[before[1]];
  if (!shared && !run.decidesInTurn) return commitCounting(run, counting);
  const decideAgain = async () => {
    await judgeAgain(run, { steps, before });
    return commitCounting(run, { steps, before });
  };
  const { turns } = run.parts.storage;
  const withShared = () => {
    if (!shared) return decideAgain();
    // Many change the same other object: one after the other, and each on what the one before made of it.
    const { group, resource, namespace, object } = shared;
    const name = textOf(readMetadata(object)['name']);
    return turns.run(['alongside', group, resource, namespace, name].join('/'), decideAgain);
  };
  return run.decidesInTurn ? turns.run(turnOfAll(run.call), withShared) : withShared();
}

/** The judging steps from the first that counted on others, and how much hung on the write before it. */
interface Counting {
  readonly steps: readonly WriteStep[];
  readonly before: readonly [claims: number, alongside: number, warnings: number];
}

async function commitCounting(run: WriteRun, counting: Counting): Promise<Answer | undefined> {
  const [claims, alongside] = counting.before;
  for (let attempt = 1; ; attempt++) {
    try {
      await runAll(run.course.commit, run);
      return run.answer;
    } catch (thrown) {
      // What earlier steps claimed is theirs to decide again.
      if (!(thrown instanceof ClaimLost) || claims + alongside > 0) throw thrown;
      if (attempt === timesDecided) throw contended(run.call);
      await judgeAgain(run, counting);
    }
  }
}

function judgeAgain(run: WriteRun, { steps, before }: Counting): Promise<void> | undefined {
  [run.claims.length, run.alongside.length, run.warnings.length] = before;
  run.seen = run.parts.storage.seen();
  return runAll(steps, run);
}

/** A promise only when one of the steps gave one: nearly all are done at once. */
function runAll(steps: readonly WriteStep[], run: WriteRun): Promise<void> | undefined {
  let at = 0;
  for (const step of steps) {
    at++;
    const wait = step.run(run);
    if (wait) return at === steps.length ? wait : runRest(steps.slice(at), run, wait);
  }
  return undefined;
}

async function runRest(steps: readonly WriteStep[], run: WriteRun, wait: Promise<void>): Promise<void> {
  await wait;
  for (const step of steps) {
    const next = step.run(run);
    if (next) await next;
  }
}
