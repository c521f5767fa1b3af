import type { Json, JsonObject } from '../base/index.ts';
import type { Budget } from './budget.ts';
import type { Expression } from './expression.ts';

/** Where an expression stands: some functions are for some places. */
export type Place = 'parameter' | 'variable' | 'resource' | 'body' | 'output' | 'function';

/** A copy loop that an expression stands in. */
export interface CopyTurn {
  readonly name: string;
  readonly index: number;
}

/** What the names in an expression mean. */
export interface Frame {
  readonly place: Place;
  parameter(name: string): Json;
  variable(name: string): Json;
  /** The user function of that name (`namespace.name`, lower case), called. */
  userFunction(name: string): ((args: readonly Json[], level: number) => Json) | undefined;
  /** The innermost first. */
  readonly copies: readonly CopyTurn[];
  readonly lambdas: ReadonlyMap<string, Value>;
  readonly budget: Budget;
  readonly facts: Facts;
  readonly scope: DeploymentScope;
  readonly runtime: Runtime;
  /** User functions and variables that are being evaluated. */
  readonly level: number;
}

/** Where a deployment is made. */
export interface DeploymentScope {
  readonly kind: 'tenant' | 'managementGroup' | 'subscription' | 'resourceGroup';
  /** '' for the tenant. */
  readonly id: string;
  readonly subscriptionId?: string;
  readonly groupName?: string;
}

/** What a template can ask of the world before anything is deployed. */
export interface Facts {
  /** Milliseconds since the epoch, for `utcNow`. */
  readonly nowMs: number;
  newGuid(): string;
  deployment(): JsonObject;
  /** Undefined where there is none. */
  resourceGroup(): JsonObject | undefined;
  subscription(): JsonObject | undefined;
  managementGroup(): JsonObject | undefined;
  tenant(): JsonObject;
  environment(): JsonObject;
  deployer(): JsonObject;
  /** Types of a provider, for `providers`. */
  provider(namespace: string): JsonObject | undefined;
}

/** What is known while a deployment runs; each throws NotYetKnown when it is not there yet. */
export interface Runtime {
  /** `target` is an id, or the name of a resource of the template. */
  reference(target: string, apiVersion: string | undefined, isFull: boolean): Json;
  /** Of all resources of a loop. */
  references(name: string, isFull: boolean): Json;
  list(
    action: string,
    target: { readonly id: string; readonly apiVersion: string; readonly body?: Json },
  ): Json;
}

/** A function without a name, as `lambda('x', ...)` gives one to `map` and others. */
export class Lambda {
  readonly names: readonly string[];
  readonly body: Expression;
  readonly frame: Frame;

  constructor(names: readonly string[], body: Expression, frame: Frame) {
    this.names = names;
    this.body = body;
    this.frame = frame;
  }
}

export type Value = Json | Lambda;
