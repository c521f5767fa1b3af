import type { JsonObject } from '../base/index.ts';
import type { CopyTurn } from './frame.ts';

/** One resource that a deployment makes, or one that is there already and is referred to. */
export interface PlannedResource {
  /** `name` or `name[3]` of a template with symbolic names, else the id in lower case. */
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly isExisting: boolean;
  /** False: it is left out, and so is whatever waits for it alone. */
  readonly condition: boolean;
  /** The name of its loop, with its place there. */
  readonly copy: CopyTurn | undefined;
  /** `batchSize` of a serial loop. */
  readonly batchSize: number | undefined;
  /** Keys of resources that come before it; those with a false condition are left out. */
  readonly dependsOn: readonly string[];
  /** As it stands in the template. */
  readonly source: JsonObject;
}

/** Before it is known what comes before it. */
export type Drafted = Omit<PlannedResource, 'dependsOn'>;
