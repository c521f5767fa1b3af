import type { AdmissionStep, ClusterView, Write } from '../../apimachinery/admission.ts';
import { cloneJson } from '../../apimachinery/clone.ts';
import { internalError } from '../../apimachinery/status.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { applyJsonPatch, PatchError } from '../../merge/index.ts';
import { goTypeWord } from '../../merge/patch-error.ts';
import { boundedJson } from '../backends/index.ts';
import { mayBeAsked } from '../matching/rules.ts';
import type { Shown } from '../matching/versions.ts';
import { inVersion, isOfResource } from '../matching/versions.ts';
import { jsonSyntaxProblem } from '../request/json-syntax.ts';
import { annotate, askMeasured, type Callers } from './call.ts';
import { CallFailure } from './failure.ts';
import type { Hooks } from './hooks.ts';
import { shownIfMatched } from './match.ts';
import type { Verdict } from './response.ts';
import type { Invocation } from './rules.ts';

/** What is remembered of a write until its mutating steps are asked again. */
interface Round {
  /** Webhooks that want to be asked again when somebody after them changes the object. */
  readonly asked: Set<string>;
  readonly again: Set<string>;
  /** What the last webhook of the first round left behind. */
  left: JsonObject | undefined;
}

/** Webhooks that may change an object, one after the other. */
export function mutatingWebhooks(hooks: Hooks, callers: Callers): AdmissionStep {
  const rounds = new WeakMap<Write, Round>();
  return {
    name: 'MutatingAdmissionWebhook',
    concerns: mayBeAsked,
    mutate(write, cluster) {
      const concerned = hooks.concerned(write);
      if (concerned.length === 0) return undefined;
      const known = rounds.get(write);
      const round: Round = known ?? { asked: new Set(), again: new Set(), left: undefined };
      if (!known) rounds.set(write, round);
      return askInTurn(write, concerned, { ...callers, cluster, round });
    },
  };
}

type Surroundings = Callers & { readonly cluster: ClusterView; readonly round: Round };

async function askInTurn(
  write: Write,
  concerned: readonly Invocation[],
  around: Surroundings,
): Promise<void> {
  const { round } = around;
  if (write.isAgain && round.left && !jsonEqual(round.left, write.object)) askAgain(round);
  for (const invocation of concerned) {
    const { hook } = invocation;
    const shown = await shownIfMatched(write, invocation, around);
    // Who was not asked the first time is not asked the second, even where it would match by now.
    if (!shown || (write.isAgain && !round.again.has(hook.id))) continue;
    const changed = await askOne(write, { invocation, shown }, around);
    if (changed) askAgain(round);
    if (hook.isReinvoked) round.asked.add(hook.id);
  }
  round.left = write.object && !write.isAgain ? cloneJson(write.object) : undefined;
}

function askAgain({ asked, again }: Round): void {
  for (const id of asked) again.add(id);
  asked.clear();
}

/** True when the webhook changed the object. */
async function askOne(
  write: Write,
  { invocation, shown }: { readonly invocation: Invocation; readonly shown: Shown },
  around: Surroundings,
): Promise<boolean> {
  const { hook, index } = invocation;
  const place = `round_${write.isAgain ? 1 : 0}_index_${index}`;
  let changed = false;
  try {
    const verdict = await askMeasured(around, write, { invocation, shown, mayPatch: true });
    const operations = operationsOf(hook.name, verdict);
    if (operations.length > 0) {
      changed = await applyPatch(write, { operations, invocation, shown }, around);
      const { configuration, name: webhook } = hook;
      const patched = { configuration, webhook, patch: operations, patchType: 'JSONPatch' };
      annotate(write, `patch.webhook.admission.k8s.io/${place}`, JSON.stringify(patched));
    }
  } catch (thrown) {
    if (!(thrown instanceof CallFailure)) throw thrown;
    if (!hook.ignoresFailures) throw internalError(thrown.message);
    annotate(write, `failed-open.mutation.webhook.admission.k8s.io/${place}`, hook.name);
  }
  const told = { configuration: hook.configuration, webhook: hook.name, mutated: changed };
  annotate(write, `mutation.webhook.admission.k8s.io/${place}`, JSON.stringify(told));
  return changed;
}

function operationsOf(webhook: string, { patch, patchType }: Verdict): Json[] {
  if (patch === '') return [];
  const undecodable = (why: string) =>
    new CallFailure(webhook, `received undecodable patch in webhook response: ${why}`);
  const problem = jsonSyntaxProblem(Buffer.from(patch));
  if (problem !== undefined) throw undecodable(problem);
  const operations = boundedJson(patch);
  if (operations === undefined) throw undecodable('exceeded max depth');
  if (!Array.isArray(operations)) {
    if (operations === null) return [];
    throw undecodable(
      `json: cannot unmarshal ${goTypeWord(operations)} into Go value of type jsonpatch.Patch`,
    );
  }
  if (operations.length > 0 && patchType !== 'JSONPatch') {
    throw new CallFailure(webhook, `unsupported patch type ${goQuote(patchType)}`);
  }
  return operations;
}

async function applyPatch(
  write: Write,
  asked: { readonly operations: Json[]; readonly invocation: Invocation; readonly shown: Shown },
  { convert }: Callers,
): Promise<boolean> {
  const { operations, invocation, shown } = asked;
  const { object } = shown;
  if (!object) {
    const who = `admission webhook ${goQuote(invocation.hook.name)}`;
    throw internalError(`${who} attempted to modify the object, which is not supported for this operation`);
  }
  const patched = patchedObject(object, operations);
  if (jsonEqual(patched, object)) return false;
  const versions = { from: invocation.definition, to: write.definition };
  write.replace(isOfResource(write) ? await inVersion(patched, versions, convert) : patched);
  return true;
}

function patchedObject(object: JsonObject, operations: Json[]): JsonObject {
  try {
    return applyJsonPatch(object, operations);
  } catch (thrown) {
    if (!(thrown instanceof PatchError)) throw thrown;
    throw internalError(thrown.explanation?.() ?? thrown.message);
  }
}
