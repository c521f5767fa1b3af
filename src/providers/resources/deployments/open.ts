import type { Caller, TypeContext } from '../../../arm/index.ts';
import { ArmError } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import {
  type Budget,
  type PlannedResource,
  planOf,
  Template,
  TemplateError,
} from '../../../template/index.ts';
import { factsOf } from './facts.ts';
import { type DeploymentRequest, scopeOf } from './request.ts';

/** A template with what it makes. */
export interface Opened {
  readonly template: Template;
  readonly plan: readonly PlannedResource[];
}

export interface Opening extends Omit<DeploymentRequest, 'debugSetting'> {
  readonly id: string;
  readonly name: string;
  readonly caller: Caller;
  readonly environment: JsonObject;
  /** Values of all parameters as they were settled before. */
  readonly settled?: JsonObject;
  /** Shared by deployments that are opened for one question. */
  readonly budget?: Budget;
}

/** Settles parameters and works out the plan. Throws ArmError for a template that cannot be used. */
export async function openDeployment(
  opening: Opening,
  context: Pick<TypeContext, 'records' | 'tenantId' | 'clock' | 'random'>,
): Promise<Opened> {
  const { id, name, template: source, parameters, mode, location, caller, environment, settled } = opening;
  const scope = scopeOf(id);
  if (!scope)
    throw new ArmError(400, 'InvalidDeployment', `Nothing can be deployed at the scope of '${id}'.`);
  const about = { name, scope, template: source, parameters: {}, mode, location, caller, environment };
  try {
    const facts = await factsOf(about, context);
    const template = new Template({
      template: source,
      parameters,
      scope,
      facts,
      ...(settled && { settled }),
      ...(opening.budget && { budget: opening.budget }),
    });
    return { template, plan: planOf(template) };
  } catch (thrown) {
    throw refusalOf(thrown);
  }
}

/** What the language refuses, as Resource Manager answers it. */
export function refusalOf(thrown: unknown): unknown {
  if (thrown instanceof TemplateError) return new ArmError(400, thrown.code, thrown.message);
  // Values that are walked by recursion are bounded; this is the last net below them.
  if (thrown instanceof RangeError) {
    return new ArmError(
      400,
      'InvalidTemplate',
      "Deployment template validation failed: 'The template nests too deeply to be evaluated.'.",
    );
  }
  return thrown;
}
