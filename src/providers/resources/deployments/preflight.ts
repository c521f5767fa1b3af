import {
  ArmError,
  type ArmErrorDetail,
  type Caller,
  type InternalAnswer,
  type ResourceCalls,
} from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { bodyOf, NotYetKnown, type PlannedResource } from '../../../template/index.ts';
import { type Opened, refusalOf } from './open.ts';

/** What of a plan is written. */
export function writtenOf(plan: readonly PlannedResource[]): PlannedResource[] {
  return plan.filter(({ isExisting, condition }) => condition && !isExisting);
}

/** The body of a resource, as far as it is known before the deployment runs. Throws what is wrong with it. */
export function earlyBody(one: PlannedResource, { template }: Opened): JsonObject | undefined {
  try {
    return bodyOf(one, template);
  } catch (thrown) {
    if (thrown instanceof NotYetKnown) return undefined;
    throw refusalOf(thrown);
  }
}

/**
 * Asks for each resource what can be asked before anything is written: the right to write it, its type, version, region, name
 * and what it stands in. Throws InvalidTemplateDeployment with every refusal.
 */
export async function preflight(
  opened: Opened,
  about: {
    readonly name: string;
    readonly caller: Caller;
    readonly calls: ResourceCalls;
    readonly correlationId: string;
  },
): Promise<void> {
  const written = writtenOf(opened.plan);
  const made = new Set(written.map(({ id }) => id.toLowerCase()));
  const refused: { one: PlannedResource; answer: InternalAnswer }[] = [];
  for (const one of written) {
    const body = earlyBody(one, opened) ?? placeholder(one, opened);
    const request = { method: 'PUT' as const, id: one.id, apiVersion: one.apiVersion, body };
    const answer = await about.calls.preflight(about.caller, request, made);
    if (answer && errorOf(answer).code !== 'MissingSubscriptionRegistration') refused.push({ one, answer });
  }
  if (refused.length === 0) return;
  throw refusal(refused, about);
}

/** What of a body is known while the rest is not: enough for the checks of Resource Manager itself. */
function placeholder(one: PlannedResource, { template }: Opened): JsonObject {
  const { location } = one.source;
  if (typeof location !== 'string') return {};
  try {
    return bodyOf({ ...one, type: '', source: { location } }, template);
  } catch {
    return {};
  }
}

function refusal(
  refused: readonly { readonly one: PlannedResource; readonly answer: InternalAnswer }[],
  { name, correlationId }: { readonly name: string; readonly correlationId: string },
): ArmError {
  const forbidden = refused.filter(({ answer }) => answer.status === 403 || answer.status === 401);
  if (forbidden.length > 0) {
    const sentences = forbidden.map(
      ({ one, answer }) =>
        `Authorization failed for template resource '${one.name}' of type '${one.type}'. ${errorOf(answer).message}`,
    );
    return new ArmError(
      403,
      'InvalidTemplateDeployment',
      `Deployment failed with multiple errors: '${sentences.join(':')}'`,
    );
  }
  return new ArmError(
    400,
    'InvalidTemplateDeployment',
    `The template deployment '${name}' is not valid according to the validation procedure. The tracking id is '${correlationId}'. See inner errors for details.`,
    { details: refused.map(({ answer }) => errorOf(answer)) },
  );
}

/** The error of an answer. */
export function errorOf({ status, body }: InternalAnswer): ArmErrorDetail {
  const { error } = body;
  if (!isObject(error))
    return { code: String(status), message: `The request was answered with the status ${status}.` };
  const { code, message, target } = error;
  return { code: String(code), message: String(message), ...(typeof target === 'string' && { target }) };
}
