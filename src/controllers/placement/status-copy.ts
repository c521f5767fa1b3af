import { findCondition, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { CodedError, errorMessage, jsonEqual, rfc3339Seconds } from '../../base/index.ts';
import {
  type Placement,
  type PlacementStatus,
  type StatusCopy,
  statusCopies as statusCopyKind,
} from '../kinds/placement.ts';
import { controllerOf, controllerReference } from '../shared/owners.ts';
import type { PlacementContext } from './context.ts';

const syncedType = 'ClusterResourcePlacementStatusSynced';
const scheduledType = 'ClusterResourcePlacementScheduled';

/** A placement whose status those can read who see only the namespace that it places. */
function isAccessible({ spec }: Placement): boolean {
  return spec.statusReportingScope === 'NamespaceAccessible';
}

function namespaceOf({ spec }: Placement): string | undefined {
  return spec.resourceSelectors.find(isNamespace)?.name;
}

function isNamespace(resource: { readonly group?: string; readonly version: string; readonly kind: string }) {
  return (resource.group ?? '') === '' && resource.version === 'v1' && resource.kind === 'Namespace';
}

/**
 * The status of a placement that now selects another namespace than at first, which is not allowed where the status is
 * told in that namespace; undefined when all is well.
 */
export function movedNamespace(placement: Placement, nowMs: number): PlacementStatus | undefined {
  if (!isAccessible(placement)) return undefined;
  const before = placement.status?.selectedResources?.find(isNamespace)?.name;
  const now = namespaceOf(placement);
  if (before === undefined || before === now) return undefined;
  const message = now
    ? `namespace resource selector is choosing a different namespace '${now}' from what was originally picked '${before}'. This is not allowed for NamespaceAccessible ClusterResourcePlacement`
    : noNamespace;
  return withWrongSelectors(placement, { ...placement.status }, { message, nowMs });
}

const noNamespace =
  "NamespaceAccessible ClusterResourcePlacement doesn't specify a resource selector which selects a namespace";

function withWrongSelectors(
  placement: Placement,
  status: PlacementStatus,
  { message, nowMs }: { readonly message: string; readonly nowMs: number },
): PlacementStatus {
  const condition: NewCondition = {
    type: scheduledType,
    status: 'False',
    reason: 'InvalidResourceSelectors',
    message,
    observedGeneration: placement.metadata.generation ?? 0,
  };
  return { ...status, conditions: withCondition(status.conditions ?? [], condition, nowMs) };
}

/** A status as it is to be written, and why the copy of it could not be. */
export interface CopiedStatus {
  readonly status: PlacementStatus;
  readonly failure: CodedError | undefined;
}

/** Copies the status into the placed namespace where the placement asks for that, and says so in it. */
export async function copyStatus(
  placement: Placement,
  status: PlacementStatus,
  context: PlacementContext,
): Promise<CopiedStatus> {
  if (!isAccessible(placement)) return { status, failure: undefined };
  const nowMs = context.clock.now();
  const namespace = namespaceOf(placement);
  if (!namespace) {
    return {
      status: withWrongSelectors(placement, status, { message: noNamespace, nowMs }),
      failure: undefined,
    };
  }
  let failure: CodedError | undefined;
  try {
    await writeCopy(placement, status, { namespace, context });
  } catch (thrown) {
    const message = `failed to create or update ClusterResourcePlacementStatus: ${errorMessage(thrown)}`;
    failure = new CodedError('unavailable', message);
  }
  const condition: NewCondition = {
    type: syncedType,
    ...(failure
      ? {
          status: 'False',
          reason: 'StatusSyncFailed',
          message: `Failed to create or update ClusterResourcePlacementStatus: error returned by the API server: ${failure.message}`,
        }
      : {
          status: 'True',
          reason: 'StatusSyncSucceeded',
          message: `Successfully created or updated ClusterResourcePlacementStatus in namespace '${namespace}'`,
        }),
    observedGeneration: placement.metadata.generation ?? 0,
  };
  const before = findCondition(placement.status?.conditions, syncedType);
  const known = [...(status.conditions ?? []), ...(before ? [before] : [])];
  return { status: { ...status, conditions: withCondition(known, condition, nowMs) }, failure };
}

async function writeCopy(
  placement: Placement,
  sourceStatus: PlacementStatus,
  { namespace, context }: { readonly namespace: string; readonly context: PlacementContext },
): Promise<void> {
  const { client, clock, statusCopies, family } = context;
  const { name = '' } = placement.metadata;
  const owner = controllerReference(family.placements, placement);
  const told = { sourceStatus, lastUpdatedTime: rfc3339Seconds(clock.now()) };
  const known =
    statusCopies?.get(`${namespace}/${name}`) ?? (await client.find(statusCopyKind, { name, namespace }));
  if (!known) {
    const { apiVersion, kind } = statusCopyKind;
    const metadata = { name, namespace, ownerReferences: [owner] };
    statusCopies?.observe(await client.create(statusCopyKind, { apiVersion, kind, metadata, ...told }));
    return;
  }
  const controller = controllerOf(known);
  if (controller && controller.uid !== owner.uid) {
    const { kind, name: other } = controller;
    throw new Error(`Object ${objectKey(known)} is already owned by another ${kind} controller ${other}`);
  }
  if (controller && jsonEqual(known.sourceStatus, sourceStatus)) return;
  const others = (known.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.uid);
  const metadata = { ...known.metadata, ownerReferences: [...others, owner] };
  const next: StatusCopy = { ...known, metadata, ...told };
  statusCopies?.observe(await client.update(statusCopyKind, next));
}
