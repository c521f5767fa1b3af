import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { type FieldRequirement, parseFieldSelector } from '../../apimachinery/selectors/fields.ts';
import { type LabelSelector, parseLabelSelector } from '../../apimachinery/selectors/labels.ts';
import { badRequest } from '../../apimachinery/status.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import type { CallOptions } from '../request/options.ts';
import type { Collection } from './collection.ts';
import { namespacePrefix, objectKey } from './keys.ts';
import type { ServedResource } from './served-resource.ts';
import type { StoredObject } from './stored-object.ts';

/** Which objects of a resource a list, watch or deletecollection is about. */
export class Selection {
  readonly namespace: string;
  /** Set when the field selector names one object. */
  readonly name: string;
  readonly #served: ServedResource;
  readonly #labels: LabelSelector | undefined;
  readonly #fields: readonly FieldRequirement[];

  /** Throws 400 for selectors that cannot be read or name fields that the resource cannot select by. */
  constructor(served: ServedResource, namespace: string, options: CallOptions, name = '') {
    this.namespace = namespace;
    this.#served = served;
    this.#labels = parseLabelSelector(options.labelSelector);
    const fields = parseFieldSelector(options.fieldSelector);
    for (const { path } of fields) checkSelectable(served, path);
    const selected = fields.find(({ path, equal }) => equal && path === 'metadata.name')?.value ?? '';
    if (name !== '' && fields.length > 0 && selected !== name) {
      throw badRequest("fieldSelector metadata.name doesn't match requested name");
    }
    this.name = name || selected;
    this.#fields = name === '' ? fields : [...fields, { path: 'metadata.name', equal: true, value: name }];
  }

  /** True when objects have to be in this version to be told apart by their fields. */
  get looksInside(): boolean {
    return this.#fields.some(({ path }) => path !== 'metadata.name' && path !== 'metadata.namespace');
  }

  /** True when labels or fields leave objects out. */
  get selective(): boolean {
    return this.#labels !== undefined || this.#fields.length > 0;
  }

  /** True when one object at most can match. */
  get namesOne(): boolean {
    const isAcross = this.namespace === '' && this.#served.definition.namespaced;
    return this.name !== '' && !isAcross;
  }

  /** What all that can match has in common, as `Collection.listen` takes it. */
  get about(): string {
    return this.namesOne ? objectKey(this.namespace, this.name) : namespacePrefix(this.namespace);
  }

  /** Objects of the collection, in key order, among which those are that match: one at most when one is named. */
  *among(collection: Collection, afterKey?: string): Generator<StoredObject> {
    for (const piece of this.piecesOf(collection, afterKey)) for (const { object } of piece) yield object;
  }

  /** The same in pieces, for those who go through many. */
  piecesOf(
    collection: Collection,
    afterKey?: string,
  ): Iterable<readonly { readonly object: StoredObject }[]> {
    if (!this.namesOne) return collection.pieces(namespacePrefix(this.namespace), afterKey);
    const key = objectKey(this.namespace, this.name);
    const object = afterKey === undefined || afterKey < key ? collection.get(key) : undefined;
    return object ? [[{ object }]] : [];
  }

  matches(object: StoredObject): boolean {
    if (this.namespace !== '' && object.namespace !== this.namespace) return false;
    for (const { path, equal, value } of this.#fields) {
      if ((object.field(this.#served, path) === value) !== equal) return false;
    }
    return this.#labels === undefined || this.#labels.matches(object.labels());
  }
}

function checkSelectable({ definition, custom }: ServedResource, path: string): void {
  if (path === 'metadata.name' || Object.hasOwn(definition.selectableFields, path)) return;
  if (path === 'metadata.namespace') {
    // Other kinds without a namespace take the question, and find nothing.
    if (definition.namespaced || !(custom || definition.quirks.knowsNoNamespace)) return;
  }
  if (custom) throw badRequest(`field label not supported: ${path}`);
  throw badRequest(notSelectable(definition, path));
}

/** Kinds of their own selectors say less than those that have none. */
function notSelectable({ selectableFields, unselectable }: ResourceDefinition, path: string): string {
  if (unselectable) return unselectable(path);
  if (Object.keys(selectableFields).length > 0) return `field label not supported: ${path}`;
  return `${goQuote(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
