import type { Clock, JsonObject, Random } from '../base/index.ts';
import type { AccessDecision, AccessReview, ResourceDefinition, UserInfo } from './contract.ts';
import { readMetadata, textOf } from './metadata.ts';
import { forbidden, type StatusError, type Subject } from './status.ts';

/** What a write does to an object, as webhooks are told it. */
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What decides which steps a write meets: asked once for each, and the answer is kept. */
export interface WriteTarget {
  readonly definition: ResourceDefinition;
  /** As in the path; '' for the object itself. */
  readonly subresource: string;
  readonly operation: Operation;
}

/** One write, as steps of admission and webhooks are told of it. */
export interface Write extends WriteTarget {
  /** What `object` is: of a subresource with a body of its own, that body's. */
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  /** '' for what has none. */
  readonly namespace: string;
  /** '' while a name is yet to be made of `generateName`, which is until after the mutating steps. */
  readonly name: string;
  /** The name that the path says: '' for a create, and for one of a collection that is deleted. */
  readonly pathName: string;
  readonly user: UserInfo;
  readonly options: WriteOptions;
  /** The new state in the version of the request; undefined for a delete. Mutating steps may change it in place. */
  readonly object: JsonObject | undefined;
  /** The state before, only to be read; undefined for a create. */
  readonly old: JsonObject | undefined;
  /** Texts for `Warning` headers; steps add to it. */
  readonly warnings: string[];
  /** For the audit log: `plug-in/key` and its value; steps add to it. */
  readonly annotations: Record<string, string>;
  /** Facts that no other object of the cluster may come to state in the meantime; steps add to it. */
  readonly claims: string[];
  /** Other objects that change in the same commit, if nobody else has changed them; steps add to it. */
  readonly alongside: Alongside[];
  /** True when mutating steps are asked for the second time, because a later one replaced the object. */
  readonly isAgain: boolean;
  /**
   * For steps that are given a new state from outside: puts it in the place of `object`, in the form of its kind and
   * with its defaults, and has all mutating steps asked once more. Throws 500 for what is no object of the kind; read `strict`,
   * also for one with members that the kind does not have, and as what was `converted`, `NotConverted` instead.
   */
  replace(object: JsonObject, as?: 'strict' | 'converted'): void;
}

/** An object with a schema does not become one of its kind; the text is the real server's. */
export class NotConverted extends Error {}

/** The options of a write, as its query and the body of a delete say them. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: string;
  readonly force: boolean | undefined;
  readonly deletion: {
    readonly gracePeriodSeconds: number | undefined;
    readonly propagationPolicy: string | undefined;
    readonly orphanDependents: boolean | undefined;
    readonly uid: string | undefined;
    readonly resourceVersion: string | undefined;
  };
}

/**
 * An object as it was found by `ClusterView` (its `metadata.resourceVersion` says when), and what becomes of it: it changes to
 * `object`; it is made, with an identity of its own, if there is none of its name; or it is removed.
 */
export interface Alongside extends Place {
  readonly object: JsonObject;
  readonly becomes?: 'made' | 'removed';
  /** Only if the write is the end of its own object, which is known at the commit. */
  readonly atTheEnd?: true;
  /** The part of it that changes, as in a path; absent: the object itself. */
  readonly subresource?: string;
}

/** A resource of a namespace: where objects lie. */
export interface Place {
  readonly group: string;
  /** Lower-case plural. */
  readonly resource: string;
  /** '' for what has none. */
  readonly namespace: string;
}

/**
 * A step of admission. It throws a StatusError to refuse. What it was asked and told it does not remember: dry runs pass
 * all steps, and a write that lost against another one comes again.
 */
export interface AdmissionStep {
  /** The real server's name of the plug-in, by which it is switched on and off; other names are always on. */
  readonly name: string;
  /** Absent: every write. Asked once for each target. */
  concerns?(target: WriteTarget): boolean;
  /** Of what it concerns one write goes after the other: what it decides depends on all the others. */
  readonly alone?: true;
  /** Before the kind's rules: fills in and changes `object`, or refuses. */
  mutate?(write: Write, cluster: ClusterView): Promise<void> | void;
  /** Part of what the server itself makes of an object of the kind, after admission changed it: fills in what nobody may choose. */
  complete?(write: Write, cluster: ClusterView): Promise<void> | void;
  /** After the kind's rules: refuses or warns, and changes nothing. */
  validate?(write: Write, cluster: ClusterView): Promise<void> | void;
}

/** What else the cluster holds and knows. What is in memory is answered at once. */
export interface ClusterView {
  readonly clock: Clock;
  readonly random: Random;
  /** The shared object, not to be changed; undefined when there is none or nobody serves the resource. */
  find(place: Place, name: string): Promise<JsonObject | undefined> | JsonObject | undefined;
  /** In the order of their keys; of all namespaces for namespace ''. */
  list(place: Place): Promise<readonly JsonObject[]> | readonly JsonObject[];
  /** A kind that is served in that version. */
  kind(group: string, version: string, kind: string): ResourceDefinition | undefined;
  decide(review: AccessReview): Promise<AccessDecision> | AccessDecision;
}

/** The name that others are told of a write: '' of one of a collection that is deleted, as in the real server. */
export function toldName({ operation, name, pathName }: Write): string {
  return operation === 'DELETE' ? pathName : name;
}

/** What refusals call the object of a write: a name that is yet to be made by what it is to begin with. */
export function subjectOf(write: Write): Subject {
  const { definition, object } = write;
  const { group, resource } = definition;
  const shown = toldName(write) || textOf(object && readMetadata(object)['generateName']) || 'Unknown';
  return { group, resource, name: shown };
}

/** The 403 of a step that refuses. */
export function refused(write: Write, why: string): StatusError {
  return forbidden(subjectOf(write), why);
}

/** True for writes of the object itself of one of these resources (`group/resource`; of the core group `/resource`). */
export function writesOf(
  resources: readonly string[],
  ...operations: readonly Operation[]
): (target: WriteTarget) => boolean {
  return ({ definition, subresource, operation }) =>
    subresource === '' && operations.includes(operation) && resources.includes(resourceKey(definition));
}

/** What objects of a target are, or the bodies of its subresource. */
export function kindOf({ definition, subresource }: WriteTarget): Write['kind'] {
  const { group, version, kind, subresources } = definition;
  const own = Object.hasOwn(subresources, subresource) ? subresources[subresource] : undefined;
  if (own?.kind === undefined) return { group, version, kind };
  return { group: own.group ?? group, version: own.version ?? version, kind: own.kind };
}

/** `group/resource`; of the core group `/resource`, because a definition may call its group `core`. */
export function resourceKey({ group, resource }: Pick<ResourceDefinition, 'group' | 'resource'>): string {
  return `${group}/${resource}`;
}
