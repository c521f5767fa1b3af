import type { Clock, Json, JsonObject, Logger, Random } from '../base/index.ts';
import type { Access } from './access/access.ts';
import type { ActivityLog } from './activity/log.ts';
import type { CallerDirectory, Inventory, TypeContext } from './contract.ts';
import type { Presentations } from './presentations.ts';
import type { Operations } from './records/operations.ts';
import type { StoredRecords } from './records/record-store.ts';
import type { RunningActions } from './records/running-actions.ts';
import type { TypeRegistry } from './registry.ts';

/** The parts that the pipeline's steps work with; made once by `createResourceManager`. */
export interface Services {
  readonly records: StoredRecords;
  readonly operations: Operations;
  readonly actions: RunningActions;
  readonly access: Access;
  readonly activity: ActivityLog;
  readonly registry: TypeRegistry;
  readonly presentations: Presentations;
  readonly inventory: Inventory;
  readonly directory: CallerDirectory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly tenantId: string;
  readonly context: TypeContext;
  readonly canonicalPath: (path: string) => string;
  readonly anyApiVersion: boolean;
  readonly loginEndpoint: (origin: string) => string;
}

/** What a step or a verb decides to answer. */
export interface Answer {
  readonly status: number;
  readonly body?: Json | JsonObject;
  /** The body in UTF-8, in place of `body`; the bytes may be shown to others too. */
  readonly bytes?: readonly Uint8Array[];
  readonly headers?: Readonly<Record<string, string>>;
}
