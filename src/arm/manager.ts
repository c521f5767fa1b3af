import { errorMessage, recurring } from '../base/index.ts';
import type { Handler } from '../http/contract.ts';
import { fencedCommits } from '../store/index.ts';
import { Access } from './access/access.ts';
import { ActivityLog } from './activity/log.ts';
import type { RecordStore, ResourceManagerOptions, TypeContext } from './contract.ts';
import { firstStart } from './first-start.ts';
import { armHandler } from './handler.ts';
import { readableInventory } from './inventory.ts';
import type { AccessControl, ResourceCalls, Subscriptions } from './offers.ts';
import { RouteTable } from './pipeline/locate.ts';
import { Presentations } from './presentations.ts';
import { Operations, operationLimits } from './records/operations.ts';
import { StoredRecords } from './records/record-store.ts';
import { RunningActions } from './records/running-actions.ts';
import { TypeRegistry } from './registry.ts';
import { renewRecords } from './renew.ts';
import { ownRoutes } from './routes/index.ts';
import type { Services } from './services.ts';
import { StoredSubscriptions } from './subscriptions.ts';
import { type SystemDeletes, systemDeletes } from './system-delete.ts';

/** Azure Resource Manager over a store. Call `initialize` before the first request. */
export interface ResourceManager {
  readonly handler: Handler;
  /** Requests of stored callers, for loops that act for them. */
  readonly calls: ResourceCalls;
  /** For loops: what is written carries `fence`. */
  readonly records: RecordStore;
  readonly access: AccessControl;
  readonly subscriptions: Subscriptions;
  /** Deletes in the name of the estate, for loops: no permission is asked, locks do not count. */
  readonly deletes: SystemDeletes;
  /** What types and loops get as their context. */
  readonly context: TypeContext;
  /** Loads the records, makes the first subscription and the administrator's role where they are missing. */
  initialize(): Promise<void>;
  /** Looks after operations that have ended from now on, as the process that leads. */
  startHousekeeping(): { stop(): Promise<void> };
  close(): Promise<void>;
}

/** Builds the resource manager; nothing runs until `initialize`. */
export function createResourceManager(options: ResourceManagerOptions): ResourceManager {
  const { store, clock, random, log, directory, tenantId } = options;
  const operations = new Operations({ store, clock, random, statusWaitMs: options.statusWaitMs });
  const actions = new RunningActions({
    store,
    operations,
    clock,
    log,
    othersRun: options.othersRun ?? false,
  });
  const records = StoredRecords.over({ store, operations, random });
  const access = new Access({ cache: records.cache, directory, clock });
  const subscriptions = new StoredSubscriptions({ records, clock, random });
  const context: TypeContext = {
    records,
    directory,
    tenantId,
    clock,
    random,
    log,
    can: (caller, action, scope) => access.can(caller, action, scope),
  };
  const presentations = new Presentations(records.cache);
  const registry = new TypeRegistry(options.types, options.absent);
  const services: Services = {
    records,
    operations,
    actions,
    access,
    activity: new ActivityLog({ store, operations, clock, log }),
    presentations,
    inventory: readableInventory({ cache: records.cache, access, presentations, registry }),
    registry,
    directory,
    clock,
    random,
    log,
    tenantId,
    context,
    canonicalPath: options.canonicalPath ?? ((path) => path),
    anyApiVersion: options.anyApiVersion ?? false,
    loginEndpoint: options.loginEndpoint ?? (() => 'https://login.windows.net'),
  };
  const routes = new RouteTable([...ownRoutes(services, options), ...(options.routes ?? [])]);
  const led = options.fence ? records.fencedBy(options.fence) : records;
  const { handler, calls } = armHandler(services, routes);
  return {
    handler,
    calls,
    records: led,
    access,
    subscriptions,
    deletes: systemDeletes(ledBy(options.fence, { ...services, records: led })),
    context,
    initialize: () => initialized(services, subscriptions, options),
    startHousekeeping: () => housekeeping(services, options),
    async close() {
      await services.activity.close();
      actions.close();
      access.close();
      records.close();
    },
  };
}

/** Loads what is stored, and what has to be there is made. */
async function initialized(
  services: Services,
  subscriptions: StoredSubscriptions,
  options: ResourceManagerOptions,
): Promise<void> {
  const { records, operations, access, activity, actions } = services;
  await records.start();
  await operations.start();
  access.start();
  await firstStart(services, subscriptions, options);
  await renewRecords(services, options.types);
  await activity.start();
  // Others are asked nothing: whoever leads looks after what they left.
  if (options.othersRun) return;
  await actions.failInterrupted();
  await operations.sweep();
}

/** What loops work with: types that they ask write elsewhere under their leader's guard too. */
function ledBy(fence: ResourceManagerOptions['fence'], services: Services): Services {
  return fence ? { ...services, context: { ...services.context, fence } } : services;
}

/** What has to be looked at from time to time. */
function housekeeping(
  { operations, actions, activity, clock, log }: Services,
  { store, fence, othersRun }: ResourceManagerOptions,
): { stop(): Promise<void> } {
  const commit = fence && fencedCommits(store, fence);
  return recurring({
    clock,
    // A start that is alone has just looked.
    firstMs: othersRun ? 0 : operationLimits.checkIntervalMs,
    everyMs: operationLimits.checkIntervalMs,
    async run() {
      await operations.sweepWhenDue(commit);
      await activity.sweepWhenDue(commit);
      if (othersRun) await actions.failInterrupted(commit);
    },
    onFailure: (thrown, retryInMs) =>
      log.warn('operations not swept', { error: errorMessage(thrown), retryInMs }),
  });
}
