import type {
  Cell,
  FieldError,
  ResourceDeletion,
  ResourceQuirks,
  VersionConversion,
} from '../apimachinery/contract.ts';
import type { NameRule } from '../apimachinery/validation/names.ts';
import type { JsonObject } from '../base/index.ts';

/**
 * Everything that the server knows of one kind of its own, besides the fields of its types (`data/`) and what they fill
 * in wherever they stand (`defaults/`). What is left out is as with most kinds.
 */
export interface BuiltInKind extends KindRules {
  /** The API group; '' is core. */
  readonly group: string;
  /** The served versions in the order of discovery, the preferred one first. Objects are stored as the first. */
  readonly versions: readonly KindVersion[];
  /** Lower-case plural. */
  readonly resource: string;
  readonly kind: string;
  readonly scope: 'Cluster' | 'Namespaced';
  /** Absent: all eight. */
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  /** Names under which `kubectl get` shows the kind with others, e.g. `all`. */
  readonly categories?: readonly string[];
  /** By name the verbs, `get patch update`, and `-> group/version/Kind` when the body is of another kind. */
  readonly subresources?: Readonly<Record<string, string>>;
  /** Absent: Name and Created At. */
  readonly columns?: KindColumns;
  /** Field selectors besides metadata.name and metadata.namespace. */
  readonly selectable?: FieldSelectors;
  /** What callers hear, whatever they do: another kind has taken this one's place. */
  readonly deprecation?: string;
  /** Of a kind whose objects are those of another group, or lie in another version than the first. */
  readonly storage?: { readonly group: string; readonly version: string };
  /** What callers hear who select by another field, when it is not what most kinds say. */
  readonly unselectable?: (path: string) => string;
  /** Its folder in a real server's etcd, which some refusals name, when it is not called as the resource. */
  readonly registryFolder?: string;
  readonly quirks?: KindQuirks;
  /** What is different when an object is deleted. */
  readonly deletion?: ResourceDeletion;
}

/** One served version, with what it has of its own. */
export interface KindVersion {
  readonly version: string;
  /** Served only by those who are told to. */
  readonly isOff?: true;
  readonly columns?: KindColumns;
  /** To and from the form in which objects are stored. */
  readonly conversion?: VersionConversion;
}

/** What `kubectl get` shows. */
export interface KindColumns {
  /** `Name`, or `Name|type|format|priority`; columns of priority 1 are shown with `-o wide`. */
  readonly definitions: readonly string[];
  readonly cells: Cells;
}

/** Cells of one object, in the order of its kind's columns. */
export type Cells = (object: JsonObject) => readonly Cell[];

/** The text of a field that selectors compare, by path. */
export type FieldSelectors = Readonly<Record<string, (object: JsonObject) => string>>;

/** What is told of a written object that is taken as it is. */
export type Warnings = (object: JsonObject, old: JsonObject | undefined) => string[];

/** Ways in which few kinds differ from the others. */
export interface KindQuirks extends ResourceQuirks {
  /** Nobody looks at the metadata of a new object but at what leads elsewhere in a path, and that only when all else is right. */
  readonly looseMetadata?: boolean;
  /** A create may bring a status: nodes register with one. */
  readonly keepsStatusOnCreate?: boolean;
}

/** What one kind adds to the common course of a write (`strategy.ts`). Everything is optional. */
export interface KindRules {
  /** Fills absent fields, after the object took its stored form. */
  defaults?(object: JsonObject): void;
  /** Fixes what a create may not choose; status was cleared already (see `keepsStatusOnCreate`). */
  prepareForCreate?(object: JsonObject): void;
  /** Fixes what an update may not choose; status and spec were separated already. */
  prepareForUpdate?(object: JsonObject, old: JsonObject, subresource: string): void;
  /** Field errors of the object itself, on create and on update. */
  validate?(object: JsonObject, old?: JsonObject): FieldError[];
  /** Field errors that only a create can have. */
  validateCreate?(object: JsonObject): FieldError[];
  /** Field errors of the change. */
  validateUpdate?(object: JsonObject, old: JsonObject, subresource: string): FieldError[];
  /** Field errors of a status write; by default none. */
  validateStatus?(object: JsonObject, old: JsonObject): FieldError[];
  /** What names look like; default: DNS subdomains. */
  readonly name?: NameRule;
  /** `old` is undefined for a create. */
  readonly warnings?: Warnings;
}
