import type { JsonObject } from '../base/index.ts';
import type { UserInfo } from './contract.ts';

/**
 * Rules about writes that one kind of cluster has and others do not, handed in by whoever starts the server. They stand
 * where the real server asks its webhooks: `mutate` before validation, `validate` after everything else.
 */
export interface ClusterAdmission {
  readonly name: string;
  /** `group/resource`: of these, one write goes after the other, because what is decided depends on all the others. */
  readonly exclusive: readonly string[];
  /** Asked with every write: without an object to look at. What it denies is not asked about again. */
  concerns(target: AdmissionTarget): boolean;
  /** Fills in what the writer left out. */
  mutate(write: AdmittedWrite): void;
  /** Throws a StatusError to refuse. */
  validate(write: AdmittedWrite, cluster: ClusterView): Promise<void> | void;
}

export interface AdmissionTarget {
  readonly group: string;
  /** Lower-case plural. */
  readonly resource: string;
  readonly namespace: string;
}

/** One write, as webhooks are told of it. */
export interface AdmittedWrite extends AdmissionTarget {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** Group, version and kind that the request speaks of: of a subresource with a body of its own, that body's. */
  readonly requested: { readonly group: string; readonly version: string; readonly kind: string };
  readonly subresource: string;
  readonly name: string;
  readonly user: UserInfo;
  /** The new state in the version of the request; undefined for a delete. */
  readonly object: JsonObject | undefined;
  /** The state before; undefined for a create. */
  readonly old: JsonObject | undefined;
}

/** What else the cluster holds, as it is in memory. */
export interface ClusterView {
  find(target: AdmissionTarget, name: string): Promise<JsonObject | undefined>;
  /** In the order of their names. */
  list(target: AdmissionTarget): Promise<readonly JsonObject[]>;
  /** A kind that is served in that version. */
  kind(
    group: string,
    version: string,
    kind: string,
  ): { readonly namespaced: boolean; readonly verbs: readonly string[] } | undefined;
}
