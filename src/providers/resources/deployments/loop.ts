import type { ResourceRecord } from '../../../arm/index.ts';
import { errorMessage, isObject, type JsonObject, Recent } from '../../../base/index.ts';
import { TemplateError } from '../../../template/index.ts';
import { type LoopParts, type RecordLoop, runRecordLoop } from '../../loop.ts';
import { type Opened, openDeployment, refusalOf } from './open.ts';
import { durationText } from './present.ts';
import { removalsOf } from './removals.ts';
import { LiveRuntime } from './runtime.ts';
import { type DeploymentSettings, deploymentLimits, deploymentType } from './settings.ts';
import { type Carrying, lookAt, sendStep } from './step.ts';
import { keptWork, type Step, type Work, workOf } from './work.ts';

const knownTemplates = 16;

/**
 * Carries deployments out. What has been begun and how it ended stands in the record before anything else is done, so that
 * a process that takes over goes on where it stands; a request that may have gone out is sent again.
 */
export function runDeployments(
  parts: LoopParts & { readonly tenantId: string },
  settings: DeploymentSettings,
): RecordLoop {
  const opened = new Recent<{ readonly operation: string; readonly opened: Opened }>(knownTemplates);
  return runRecordLoop({
    ...parts,
    type: deploymentType,
    endsByItself: true,
    async reconcile(id, signal) {
      const record = await parts.records.get(id);
      if (record?.operation === undefined) return undefined;
      const work = workOf(record);
      try {
        const known = opened.get(id);
        const open =
          known?.operation === record.operation
            ? known.opened
            : await reopened(record, work, { ...parts, settings });
        opened.set(id, { operation: record.operation, opened: open });
        open.template.restoreBudget();
        const isOver = await new Run({ ...parts, settings, record, opened: open, signal }).pass(work);
        if (isOver) opened.delete(id);
        return isOver ? undefined : { againAfterMs: deploymentLimits.lookAgainMs };
      } catch (thrown) {
        if (!(thrown instanceof TemplateError) && !isArmError(thrown)) throw thrown;
        await end(parts, record, {
          ...work,
          error: { code: String(thrown.code), message: errorMessage(thrown) },
        });
        return undefined;
      }
    },
  });
}

function isArmError(thrown: unknown): thrown is Error & { readonly code: string } {
  return thrown instanceof Error && thrown.name === 'ArmError' && 'code' in thrown;
}

/** The template as it was planned when the deployment was made: settled parameters make the same plan. */
function reopened(
  record: ResourceRecord,
  work: Work,
  parts: LoopParts & { readonly tenantId: string; readonly settings: DeploymentSettings },
): Promise<Opened> {
  return openDeployment(
    {
      id: record.id,
      name: record.name,
      template: work.template,
      parameters: {},
      settled: work.values ?? {},
      mode: record.properties['mode'] === 'Complete' ? 'Complete' : 'Incremental',
      location: record.location,
      caller: work.caller,
      environment: parts.settings.environment(),
    },
    parts,
  );
}

interface RunParts extends LoopParts {
  readonly settings: DeploymentSettings;
  readonly record: ResourceRecord;
  readonly opened: Opened;
  readonly signal: AbortSignal;
}

/** One pass over one deployment. */
class Run {
  readonly #parts: RunParts;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** True when the deployment has ended. */
  async pass(seen: Work): Promise<boolean> {
    const { record, opened, settings, clock, signal } = this.#parts;
    let work = seen;
    if (work.isCanceled) return this.#cancel(work);
    if (clock.now() - work.startedAtMs > deploymentLimits.runMs) return this.#end(work, expired(record));
    const carrying: Carrying = {
      ...this.#parts,
      work,
      calls: settings.calls(),
      runtime: new LiveRuntime({
        plan: opened.plan,
        calls: settings.calls(),
        caller: work.caller,
        correlationId: work.correlationId,
      }),
    };
    let steps = await Promise.all(work.steps.map((step) => lookAt(step, carrying)));
    const ready = this.#ready(steps).slice(0, deploymentLimits.writesAtOnce);
    if (ready.length > 0) {
      const nowMs = clock.now();
      const begun = (step: Step): Step =>
        ready.includes(step.key)
          ? { ...step, state: 'Running', isSent: false, startedAtMs: step.startedAtMs ?? nowMs }
          : step;
      steps = steps.map(begun);
      work = await this.#keep({ ...work, steps });
      if (work.isCanceled || signal.aborted) return false;
      steps = await Promise.all(
        work.steps.map((step) => (ready.includes(step.key) ? sendStep(step, carrying) : step)),
      );
    }
    work = await this.#keep({ ...work, steps });
    if (work.isCanceled) return this.#cancel(work);
    if (steps.some(({ state }) => state === 'Running') || this.#ready(steps).length > 0) return false;
    if (steps.some(({ state }) => state === 'Failed')) return this.#end(work, failureOf(record, steps));
    if (record.properties['mode'] === 'Complete' && !work.isCleaning) {
      const removals = await removalsOf(this.#parts);
      if (removals.length > 0) {
        await this.#keep({ ...work, steps: [...steps, ...removals], isCleaning: true });
        return false;
      }
    }
    return this.#succeed(work, carrying.runtime);
  }

  /** Keys of steps that nothing stands before any more, and that have not begun or may not have been sent. */
  #ready(steps: readonly Step[]): string[] {
    const done = new Set(steps.filter(({ state }) => state === 'Succeeded').map(({ key }) => key));
    const plan = new Map(this.#parts.opened.plan.map((one) => [one.key, one]));
    const nowMs = this.#parts.clock.now();
    return steps
      .filter((step) => {
        if (step.state === 'Running') return step.isSent === false && (step.notBeforeMs ?? 0) <= nowMs;
        if (step.state !== 'Waiting') return false;
        return (
          step.isRemoval === true ||
          // What the template does not make any more, as what it asks for has changed, is sent to be refused.
          (plan.get(step.key)?.dependsOn.every((key) => done.has(key)) ?? true)
        );
      })
      .map(({ key }) => key);
  }

  /** Writes where the deployment stands; what a request said meanwhile (to cancel) comes back. */
  async #keep(work: Work): Promise<Work> {
    const { records, record } = this.#parts;
    if (work.steps.length === 0) return work;
    const written = await records.update(record.id, (current) => {
      if (current.operation !== record.operation) return undefined;
      const now = workOf(current);
      if (now.steps.length === work.steps.length && now.steps.every((step, at) => step === work.steps[at]))
        return undefined;
      return {
        ...current,
        provisioningState: 'Running',
        internal: keptWork({ ...work, isCanceled: now.isCanceled }),
      };
    });
    // Gone, or replaced: what follows writes nothing.
    if (!written || written.operation !== record.operation) return { ...work, isCanceled: true };
    return { ...work, isCanceled: workOf(written).isCanceled };
  }

  async #cancel(work: Work): Promise<true> {
    const nowMs = this.#parts.clock.now();
    const steps = work.steps.map(
      (step): Step =>
        step.state === 'Waiting' || step.state === 'Running'
          ? { ...step, state: 'Canceled', endedAtMs: nowMs }
          : step,
    );
    await end(this.#parts, this.#parts.record, {
      ...work,
      steps,
      isCanceled: true,
      error: {
        code: 'DeploymentCanceled',
        message: `The deployment '${this.#parts.record.name}' was canceled.`,
      },
    });
    return true;
  }

  async #succeed(work: Work, runtime: LiveRuntime): Promise<true> {
    const { opened } = this.#parts;
    try {
      const outputs = await runtime.evaluated(() => opened.template.outputs(runtime));
      await end(this.#parts, this.#parts.record, { ...work, outputs });
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (!isArmError(refusal)) throw thrown;
      await this.#end(work, {
        code: 'DeploymentOutputEvaluationFailed',
        message:
          'Unable to evaluate template outputs. Please see error details and deployment operations. Please see https://aka.ms/arm-common-errors for usage details.',
        details: [{ code: refusal.code, message: refusal.message }],
      });
    }
    return true;
  }

  async #end(work: Work, error: JsonObject): Promise<true> {
    await end(this.#parts, this.#parts.record, { ...work, error });
    return true;
  }
}

function expired({ id, name }: ResourceRecord): JsonObject {
  const hours = deploymentLimits.runMs / 3_600_000;
  return {
    code: 'DeploymentTimedOut',
    target: id,
    message: `The deployment '${name}' did not end within ${hours} hours.`,
  };
}

function failureOf({ id }: ResourceRecord, steps: readonly Step[]): JsonObject {
  const details = steps.filter(({ state }) => state === 'Failed').map(({ error }) => error ?? {});
  return {
    code: 'DeploymentFailed',
    target: id,
    message:
      'At least one resource deployment operation failed. Please list deployment operations for details. ' +
      'Please see https://aka.ms/arm-deployment-operations for usage details.',
    details,
  };
}

/** Ends the deployment and its operation; values of parameters go, and outputs that no answer shows are kept apart. */
async function end(
  { records, clock }: Pick<LoopParts, 'records' | 'clock'>,
  seen: ResourceRecord,
  result: Work & { readonly error?: JsonObject; readonly outputs?: JsonObject },
): Promise<void> {
  const { error, outputs = {}, ...work } = result;
  const secrets: JsonObject = {};
  const shown: JsonObject = {};
  for (const [name, output] of Object.entries(outputs)) {
    const isSecret = isObject(output) && /^Secure/.test(String(output['type']));
    shown[name] = isSecret ? { type: output['type'] ?? '' } : output;
    if (isSecret) secrets[name] = output;
  }
  const nowMs = clock.now();
  const status = error ? (work.isCanceled ? 'Canceled' : 'Failed') : 'Succeeded';
  const resources = work.steps
    .filter((step) => step.state === 'Succeeded' && !step.isRemoval && !step.isRead)
    .map(({ id }) => ({ id }));
  await records.update(
    seen.id,
    (current) =>
      current.operation !== seen.operation
        ? undefined
        : {
            ...current,
            provisioningState: status,
            properties: {
              ...current.properties,
              timestamp: new Date(nowMs).toISOString(),
              duration: durationText(nowMs - work.startedAtMs),
              ...(error ? { error } : { outputs: shown, outputResources: resources }),
            },
            internal: keptWork({ ...work, values: undefined, secrets }),
          },
    error
      ? { status: status === 'Canceled' ? 'Canceled' : 'Failed', error: operationError(error) }
      : { status: 'Succeeded' },
  );
}

function operationError({ code, message, target, details }: JsonObject) {
  return {
    code: String(code),
    message: String(message),
    ...(typeof target === 'string' && { target }),
    ...(Array.isArray(details) && { details: details.filter(isObject) }),
  };
}
