import { type Caller, type InternalAnswer, isFinalState, type ResourceCalls } from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { bodyOf, TemplateError } from '../../../template/index.ts';
import type { LoopParts } from '../../loop.ts';
import type { Opened } from './open.ts';
import { errorOf } from './preflight.ts';
import type { LiveRuntime } from './runtime.ts';
import { deploymentLimits } from './settings.ts';
import { type Step, type Work, workOf } from './work.ts';

/** What carrying out a step needs. */
export interface Carrying extends LoopParts {
  readonly opened: Opened;
  readonly work: Work;
  readonly calls: ResourceCalls;
  readonly runtime: LiveRuntime;
}

/** A step whose request went out, as its resource has it now; others as they are. */
export async function lookAt(step: Step, { records, clock }: Carrying): Promise<Step> {
  if (step.state !== 'Running' || step.isSent !== true) return step;
  const record = await records.get(step.id);
  const ended = { ...step, endedAtMs: clock.now() };
  if (step.isRemoval && !record) return { ...ended, state: 'Succeeded', statusCode: 'OK' };
  if (!record) {
    return failed(ended, {
      code: 'ResourceDeploymentFailure',
      message: `The resource '${step.id}' was deleted while the deployment waited for it.`,
    });
  }
  if (!isFinalState(record.provisioningState)) return step;
  if (step.isRemoval && record.operation !== undefined) return step;
  if (!step.isRemoval && record.provisioningState.toLowerCase() === 'succeeded')
    return { ...ended, state: 'Succeeded', statusCode: 'OK' };
  const reason = record.lastOperation?.error;
  return failed(ended, {
    code: 'ResourceDeploymentFailure',
    target: step.id,
    message: `The resource ${step.isRemoval ? 'delete' : 'write'} operation failed to complete successfully, because it reached terminal provisioning state '${record.provisioningState}'.`,
    ...(reason && { details: [{ ...reason }] }),
  });
}

function failed(step: Step, error: JsonObject, statusCode = 'Conflict'): Step {
  return { ...step, state: 'Failed', error, statusCode };
}

/** Sends what a step asks for. The answer is a step that waits for its resource, has ended, or is to be sent again. */
export async function sendStep(step: Step, carrying: Carrying): Promise<Step> {
  const { opened, calls, runtime, work, clock } = carrying;
  const planned = opened.plan.find(({ key }) => key === step.key);
  if (planned?.isExisting) return { ...step, state: 'Succeeded', endedAtMs: clock.now(), statusCode: 'OK' };
  const { caller, correlationId } = work;
  let answer: InternalAnswer;
  if (step.isRemoval) {
    answer = await calls.send(caller, { method: 'DELETE', id: step.id, correlationId });
  } else {
    if (!planned)
      return failed(
        { ...step, endedAtMs: clock.now() },
        { code: 'InvalidTemplate', message: `'${step.id}' is not in the template.` },
      );
    let body: JsonObject;
    try {
      body = await runtime.evaluated(() => bodyOf(planned, opened.template, runtime));
    } catch (thrown) {
      // What nests too deeply to be walked is the template's fault as well.
      if (!(thrown instanceof TemplateError) && !(thrown instanceof RangeError)) throw thrown;
      return failed(
        { ...step, endedAtMs: clock.now() },
        { code: thrown instanceof TemplateError ? thrown.code : 'InvalidTemplate', message: thrown.message },
        'BadRequest',
      );
    }
    const { apiVersion } = planned;
    answer = await calls.send(caller, { method: 'PUT', id: step.id, apiVersion, body, correlationId });
    if (errorOf(answer).code === 'MissingSubscriptionRegistration') {
      await register(planned.type, step.id, { calls, caller });
      answer = await calls.send(caller, { method: 'PUT', id: step.id, apiVersion, body, correlationId });
    }
  }
  if (errorOf(answer).code === 'DeploymentActive' && (await isOurs(step, carrying)))
    return { ...step, isSent: true, statusCode: 'OK' };
  return settled(step, answer, clock.now());
}

/** Whether the deployment that is active was begun by this step, before a process ended that could not note it any more. */
async function isOurs({ id, startedAtMs = 0 }: Step, { records, work }: Carrying): Promise<boolean> {
  const record = await records.get(id);
  if (!record) return false;
  const inner = workOf(record);
  // One that stands around this one carries the same id, and was begun before.
  return inner.correlationId === work.correlationId && inner.startedAtMs >= startedAtMs;
}

/** A deployment registers the providers of its template, as far as its caller may. */
async function register(
  type: string,
  id: string,
  { calls, caller }: { readonly calls: ResourceCalls; readonly caller: Caller },
): Promise<void> {
  const [subscription] = /^\/subscriptions\/[^/]+/i.exec(id) ?? [];
  const [namespace] = type.split('/');
  if (subscription === undefined) return;
  await calls.send(caller, {
    method: 'POST',
    id: `${subscription}/providers/${namespace}/register`,
    apiVersion: '2021-04-01',
  });
}

function settled(step: Step, answer: InternalAnswer, nowMs: number): Step {
  if (answer.status < 300) {
    const { properties } = answer.body;
    const state = isObject(properties) ? properties['provisioningState'] : undefined;
    const isAtOnce = step.isRemoval
      ? answer.status !== 202
      : typeof state !== 'string' || state === 'Succeeded';
    const sent = { ...step, isSent: true, statusCode: answer.status === 201 ? 'Created' : 'OK' };
    return isAtOnce ? { ...sent, state: 'Succeeded', endedAtMs: nowMs } : sent;
  }
  // Busy with something else, or too much at once: the same request may pass later.
  const isBusy = answer.headers['retry-after'] !== undefined && [409, 429, 503].includes(answer.status);
  if (isBusy && nowMs - (step.startedAtMs ?? nowMs) < deploymentLimits.busyMs) {
    return { ...step, notBeforeMs: nowMs + deploymentLimits.busyPauseMs };
  }
  const { error } = answer.body;
  const words: Readonly<Record<number, string>> = {
    400: 'BadRequest',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
  };
  return failed(
    { ...step, endedAtMs: nowMs },
    isObject(error) ? error : { ...errorOf(answer) },
    words[answer.status] ?? String(answer.status),
  );
}
