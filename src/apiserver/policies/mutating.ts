import { type AdmissionStep, NotConverted, subjectOf, type Write } from '../../apimachinery/admission.ts';
import { cloneJson } from '../../apimachinery/clone.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { forbidden, StatusError } from '../../apimachinery/status.ts';
import { type Clock, type JsonObject, jsonEqual } from '../../base/index.ts';
import { Decisions } from '../../cel/admission/decisions.ts';
import { EvaluationFailed, OutOfBudget } from '../../cel/admission/evaluate.ts';
import { ConditionsFailed } from '../matching/conditions.ts';
import { shownTo } from '../matching/versions.ts';
import type { AdmissionMetrics } from '../metrics/admission-metrics.ts';
import type { Binding } from './binding.ts';
import { mutate } from './mutate.ts';
import type { MutatingPolicy } from './mutating-policy.ts';
import { NotPatched } from './patch.ts';
import { type Around, type Round, roundsOf } from './rounds.ts';
import { type Concern, mayConcern, type PolicySource } from './source.ts';
import { meetsConditions } from './verdict.ts';

/** What is remembered of a write until its mutating steps are asked again. */
interface Remembered {
  /** Rounds of policies that want to be asked again when the object changes after them. */
  readonly asked: Set<string>;
  readonly again: Set<string>;
  /** What the last policy left behind. */
  left: JsonObject | undefined;
}

type Surroundings = Around & { readonly metrics: AdmissionMetrics; readonly clock: Clock };

/** Lets every MutatingAdmissionPolicy that is bound and speaks of the write change it, one after the other. */
export function mutatingPolicies(
  policies: PolicySource<MutatingPolicy>,
  { mutates, ...around }: Omit<Surroundings, 'cluster'> & { readonly mutates: boolean },
): AdmissionStep {
  const known = new WeakMap<Write, Remembered>();
  return {
    name: 'MutatingAdmissionPolicy',
    concerns: (target) => mutates && target.operation !== 'DELETE' && mayConcern(target),
    mutate(write, cluster) {
      const concerns = policies.concerned(write);
      if (concerns.length === 0) return undefined;
      let remembered = known.get(write);
      if (!remembered)
        known.set(write, (remembered = { asked: new Set(), again: new Set(), left: undefined }));
      return askAll(concerns, write, { ...around, cluster, remembered });
    },
  };
}

interface Failure {
  readonly policy: string;
  readonly binding: Binding | undefined;
  readonly message: string;
  readonly reason: 'Invalid' | 'Forbidden';
}

/** One time that one policy is asked. */
interface Asking {
  readonly policy: MutatingPolicy;
  readonly round: Round;
}

async function askAll(
  concerns: readonly Concern<MutatingPolicy>[],
  write: Write,
  { remembered, ...around }: Surroundings & { readonly remembered: Remembered },
): Promise<void> {
  const failures: Failure[] = [];
  const askings: Asking[] = [];
  // Who is asked is decided before anybody changes anything.
  for (const concern of concerns) {
    const { policy } = concern;
    const { rounds, misconfigured } = await roundsOf(concern, write, around);
    for (const round of rounds) askings.push({ policy, round });
    if (policy.ignoresFailures) continue;
    for (const { binding, why } of misconfigured)
      failures.push({ policy: policy.name, binding, message: why, reason: 'Forbidden' });
  }
  if (askings.length > 0) failures.push(...(await askInTurn(askings, write, { ...around, remembered })));
  const [first] = failures;
  if (first) throw refusal(write, first, failures);
}

async function askInTurn(
  askings: readonly Asking[],
  write: Write,
  { remembered, ...around }: Surroundings & { readonly remembered: Remembered },
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const decisions = new Decisions((review) => around.cluster.decide(review));
  const { asked, again } = remembered;
  const askAgain = () => {
    for (const key of asked) again.add(key);
    asked.clear();
  };
  if (write.isAgain && !jsonEqual(remembered.left ?? null, write.object ?? null)) askAgain();
  let changed = false;
  for (const asking of askings) {
    const { policy, round } = asking;
    const fails = (message: string) => {
      const { binding } = round;
      if (!policy.ignoresFailures)
        failures.push({ policy: policy.name, binding, message, reason: 'Invalid' });
    };
    const shown = await shownTo(write, round.asked, around.convert);
    const current = { ...asking, round: { ...round, told: { ...round.told, ...shown } } };
    if (!(await meets(current, { write, decisions, fails }))) continue;
    const key = keyOf(asking);
    if (write.isAgain && !again.has(key)) continue;
    if (await changeWith(current, write, { ...around, decisions, fails })) {
      askAgain();
      changed = true;
    }
    if (policy.isReinvoked) asked.add(key);
  }
  if (changed) askAgain();
  remembered.left = write.object && cloneJson(write.object);
  return failures;
}

async function meets(
  { policy, round: { told } }: Asking,
  {
    write,
    decisions,
    fails,
  }: { readonly write: Write; readonly decisions: Decisions; fails(message: string): void },
): Promise<boolean> {
  try {
    return await decisions.within((decide) => meetsConditions(policy, write, { told, decide }));
  } catch (thrown) {
    if (!(thrown instanceof ConditionsFailed)) throw thrown;
    fails(thrown.message);
    return false;
  }
}

/** Makes the mutations of a policy, each on what the one before made of the object. True when one of them was made. */
async function changeWith(
  { policy, round }: Asking,
  write: Write,
  around: Surroundings & { readonly decisions: Decisions; fails(message: string): void },
): Promise<boolean> {
  const { clock, metrics, fails } = around;
  let changed = false;
  for (const mutation of policy.mutations) {
    if (!write.object) continue;
    const begunMs = clock.monotonic();
    const ended = (outcome: 'no_error' | 'invalid_error' | 'out_of_budget') => {
      const seconds = (clock.monotonic() - begunMs) / 1000;
      metrics.mutation({ policy: policy.name, binding: round.binding.name, outcome, seconds });
    };
    try {
      await mutate({ policy, mutation, round }, write, around);
      changed = true;
      ended('no_error');
    } catch (thrown) {
      const isFailure = [EvaluationFailed, OutOfBudget, NotPatched, NotConverted].some(
        (sort) => thrown instanceof sort,
      );
      ended(thrown instanceof OutOfBudget ? 'out_of_budget' : 'invalid_error');
      if (!isFailure || !(thrown instanceof Error)) throw thrown;
      fails(thrown.message);
    }
  }
  return changed;
}

function keyOf({ policy, round: { binding, told } }: Asking): string {
  const { name, namespace } = told.params ? readMetadata(told.params) : {};
  return [policy.name, binding.name, textOf(namespace), textOf(name)].join('/');
}

/** As the real server refuses: forbidden, whatever the reason says. */
function refusal(write: Write, first: Failure, failures: readonly Failure[]): StatusError {
  const causes = failures.map((failure) => ({ message: textFor(failure) }));
  const { details } = forbidden(subjectOf(write), '', causes);
  return new StatusError(403, first.reason, textFor(first), details);
}

function textFor({ policy, binding, message }: Failure): string {
  const by = binding
    ? `policy '${policy}' with binding '${binding.name}'`
    : `policy ${JSON.stringify(policy)}`;
  return `${by} denied request: ${message}`;
}
