import type { Caller, ResourceRecord } from '../../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';

/** Where one resource of a deployment stands. */
export interface Step extends JsonObject {
  /** As in the plan. */
  key: string;
  id: string;
  state: 'Waiting' | 'Running' | 'Succeeded' | 'Failed' | 'Canceled';
  operationId: string;
  /** False while it is not known whether the request went out. */
  isSent?: boolean;
  /** What a deployment in complete mode takes away. */
  isRemoval?: boolean;
  /** It is there already, and is only referred to. */
  isRead?: boolean;
  /** A request that met something busy is sent again from then on. */
  notBeforeMs?: number;
  startedAtMs?: number;
  endedAtMs?: number;
  statusCode?: string;
  error?: JsonObject;
}

/** What a deployment's record keeps for itself. */
export interface Work {
  readonly template: JsonObject;
  /** Values of all parameters; gone once the deployment has ended. */
  readonly values: JsonObject | undefined;
  readonly caller: Caller;
  readonly correlationId: string;
  readonly startedAtMs: number;
  readonly steps: readonly Step[];
  readonly isCanceled: boolean;
  /** True once what is not in the template has been listed, in complete mode. */
  readonly isCleaning: boolean;
  /** Of outputs that no answer shows. */
  readonly secrets: JsonObject;
}

export function workOf(record: ResourceRecord): Work {
  const kept = record.internal ?? {};
  const { template, values, caller, correlationId, startedAtMs, steps, isCanceled, isCleaning, secrets } =
    kept;
  return {
    template: isObject(template) ? template : {},
    values: isObject(values) ? values : undefined,
    caller: callerOf(caller),
    correlationId: String(correlationId ?? ''),
    startedAtMs: Number(startedAtMs ?? 0),
    // Written by `keptWork` and by nobody else.
    steps: Array.isArray(steps) ? (steps as Step[]) : [],
    isCanceled: isCanceled === true,
    isCleaning: isCleaning === true,
    secrets: isObject(secrets) ? secrets : {},
  };
}

function callerOf(kept: Json | undefined): Caller {
  const { objectId, type, name, tenantId } = isObject(kept) ? kept : {};
  const known = type === 'ServicePrincipal' || type === 'ManagedIdentity' ? type : 'User';
  return {
    objectId: String(objectId ?? ''),
    type: known,
    name: String(name ?? ''),
    tenantId: String(tenantId ?? ''),
  };
}

export function keptWork(work: Work): JsonObject {
  const { values, steps, caller, ...rest } = work;
  const { objectId, type, name, tenantId } = caller;
  return {
    ...rest,
    caller: { objectId, type, name, tenantId },
    steps: [...steps],
    ...(values !== undefined && { values }),
  };
}
