import type { StoredForm } from '../../apimachinery/contract.ts';
import type { Labels } from '../../apimachinery/selectors/labels.ts';
import { internalError } from '../../apimachinery/status.ts';
import { decodeJson, deepFreeze, isObject, type JsonObject, jsonEqual, utf8 } from '../../base/index.ts';
import { formWritten } from './encode.ts';
import { formsBudget, Kept } from './kept.ts';
import type { ServedResource } from './served-resource.ts';

const metadataMember = Buffer.from('"metadata":{');
const lineBreak = 0x0a;
const noLabels: Labels = Object.freeze({});

/**
 * One object at one revision. The store holds its JSON in the storage version without a resourceVersion, members in
 * the order kind, apiVersion, metadata; the revision is spliced in on first use and the result is what GET, LIST and
 * WATCH send. Nothing is parsed unless somebody needs the values.
 */
export class StoredObject {
  readonly namespace: string;
  readonly name: string;
  /** The resourceVersion. */
  readonly revision: number;
  /** Revision to guard a write with: differs from `revision` only for the last state of a deleted object. */
  readonly storeRevision: number;
  #raw: Buffer;
  /** The form that `#raw` has; the bytes as they lie in the store while that is another one. */
  #form: StoredForm | undefined;
  #unbrought: Buffer | undefined;
  #spliced = false;
  #versionChecked = false;
  #decoded: Map<ServedResource, JsonObject> | undefined;
  /** Of what a webhook made of an object: in which version, and the text. */
  #elsewhere: { readonly served: ServedResource; readonly bytes: Buffer } | undefined;
  #storedVersion: string | undefined;
  #labels: Labels | undefined;
  #fields: Map<string, string> | undefined;

  constructor(identity: { namespace: string; name: string }, value: Uint8Array, revision: number) {
    this.namespace = identity.namespace;
    this.name = identity.name;
    this.revision = revision;
    this.storeRevision = revision;
    this.#raw = asBuffer(value);
    this.#form = formWritten(value);
  }

  /** The JSON text in the version of `served`. */
  bytes(served: ServedResource): Buffer {
    const elsewhere = this.#madeElsewhere(served);
    if (elsewhere) return elsewhere;
    if (served.keepsVersion) return this.#storageBytes();
    this.#bring(served);
    if (served.isStorageForm) return this.#inStorageVersion(served);
    return (
      otherVersions.find(this, served) ?? otherVersions.keep(this, { served, made: this.#relabelled(served) })
    );
  }

  /** `bytes` and a line break, as an answer of one object ends; a view of the same memory. */
  line(served: ServedResource): Uint8Array {
    const bytes = this.bytes(served);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + 1);
  }

  /** The one decoded object that all readers in this process share; frozen. */
  decoded(served: ServedResource): JsonObject {
    if (!served.isConvertedElsewhere) this.#bring(served);
    const known = this.#decoded?.get(served);
    if (known) return known;
    const decoded = deepFreeze(this.copy(served));
    this.#decoded ??= new Map();
    this.#decoded.set(served, decoded);
    return decoded;
  }

  /** A private decoded object that the caller may change. */
  copy(served: ServedResource): JsonObject {
    const elsewhere = this.#madeElsewhere(served);
    if (elsewhere) return parse(elsewhere);
    this.#bring(served);
    if (!served.isStorageForm && served.definition.conversion) return this.#converted(served);
    return parse(this.bytes(served));
  }

  /** The shared decoded object when there is one already, else a private one: for readers that need it once. */
  peek(served: ServedResource): JsonObject {
    return this.#decoded?.get(served) ?? this.copy(served);
  }

  /** The apiVersion under which it was written. */
  storedVersion(): string {
    if (this.#storedVersion === undefined) {
      const { apiVersion } = parse(this.#raw);
      this.#storedVersion = typeof apiVersion === 'string' ? apiVersion : '';
    }
    return this.#storedVersion;
  }

  /**
   * The same object as a webhook made it in that version; itself where none has to, undefined while none was asked. Whoever
   * shows it holds on to it: what was made is kept for others within a bound only.
   */
  madeIn(served: ServedResource): StoredObject | undefined {
    if (!this.#isOther(served) || this.#elsewhere?.served === served) return this;
    return madeElsewhere.find(this, served);
  }

  /** Takes what a webhook made of it, and returns the object in that version. */
  asMade(served: ServedResource, object: JsonObject): StoredObject {
    const { metadata, kind: _kind, apiVersion: _apiVersion, ...rest } = object;
    const versioned = { ...(isObject(metadata) ? metadata : {}), resourceVersion: String(this.revision) };
    const { definition, apiVersion } = served;
    const text = JSON.stringify({ kind: definition.kind, apiVersion, metadata: versioned, ...rest });
    const made = new StoredObject(this, this.#raw, this.revision);
    made.#form = this.#form;
    made.#unbrought = this.#unbrought;
    made.#spliced = this.#spliced;
    made.#versionChecked = this.#versionChecked;
    made.#storedVersion = this.#storedVersion;
    made.#labels = this.#labels;
    made.#elsewhere = { served, bytes: asLine(utf8(text)) };
    return madeElsewhere.keep(this, { served, made });
  }

  labels(): Labels {
    this.#labels ??= this.#readLabels();
    return this.#labels;
  }

  /** Called by the writer, who has the labels at hand and knows the form; not of what a webhook made for the store. */
  rememberWritten(served: ServedResource, labels: Labels | undefined): void {
    if (served.isConvertedElsewhere) return;
    this.#form ??= served.definition.storedForm;
    this.#labels ??= labels ?? noLabels;
  }

  /** The value of a selectable field; read from the object once. */
  field(served: ServedResource, path: string): string {
    if (path === 'metadata.name') return this.name;
    if (path === 'metadata.namespace') return this.namespace;
    if (served.isConvertedElsewhere)
      return served.definition.selectableFields[path]?.(this.peek(served)) ?? '';
    this.#fields ??= new Map();
    const known = this.#fields.get(path);
    if (known !== undefined) return known;
    const object = this.peek(served);
    for (const [name, read] of Object.entries(served.definition.selectableFields)) {
      this.#fields.set(name, read(object));
    }
    return this.#fields.get(path) ?? '';
  }

  get byteLength(): number {
    return this.#raw.length;
  }

  /** Of what a webhook made of it. */
  get madeByteLength(): number {
    return this.#elsewhere?.bytes.length ?? 0;
  }

  /** The last state of an object that went away at `revision`. */
  at(revision: number): StoredObject {
    const last = new StoredObject(this, this.#withoutRevision(), revision);
    last.#form = this.#form;
    last.#storedVersion = this.#storedVersion;
    last.#labels = this.#labels;
    last.#fields = this.#fields;
    return last;
  }

  #isOther(served: ServedResource): boolean {
    return served.isConvertedElsewhere && this.storedVersion() !== served.apiVersion;
  }

  /** Undefined for a version that no webhook has to make. Throws 500 when it has not been asked. */
  #madeElsewhere(served: ServedResource): Buffer | undefined {
    if (!this.#isOther(served)) return undefined;
    // Whoever shows it has it made first: an error of ours.
    if (this.#elsewhere?.served !== served)
      throw internalError(`an object was not converted to ${served.apiVersion}`);
    return this.#elsewhere.bytes;
  }

  /** Objects that were written under another schema are filled and pruned by the one served now: once for each schema. */
  #bring({ definition }: ServedResource): void {
    const form = definition.storedForm;
    if (!form || form === this.#form) return;
    const source = this.#unbrought ?? this.#storageBytes();
    const object = parse(source);
    form.bring(object);
    const isAsStored = jsonEqual(object, parse(source));
    this.#raw = isAsStored ? source : asLine(utf8(JSON.stringify(object)));
    this.#unbrought = isAsStored ? undefined : source;
    this.#form = form;
    this.#versionChecked = false;
    this.#decoded = undefined;
    this.#fields = undefined;
  }

  #storageBytes(): Buffer {
    if (this.#spliced) return this.#raw;
    const at = tailOffset(this.#raw);
    const version = `"resourceVersion":"${this.revision}",`;
    const spliced = allocateLine(this.#raw.length + version.length);
    this.#raw.copy(spliced, 0, 0, at);
    spliced.write(version, at, 'latin1');
    this.#raw.copy(spliced, at + version.length, at);
    this.#raw = spliced;
    this.#spliced = true;
    return spliced;
  }

  /** An object written before its kind's storage version changed still names the old one. */
  #inStorageVersion({ prefix }: ServedResource): Buffer {
    const bytes = this.#storageBytes();
    if (this.#versionChecked) return bytes;
    this.#versionChecked = true;
    if (bytes.compare(prefix, 0, prefix.length, 0, prefix.length) === 0) return bytes;
    this.storedVersion();
    this.#raw = asLine(prefix, bytes.subarray(tailOffset(bytes)));
    return this.#raw;
  }

  #relabelled(served: ServedResource): Buffer {
    if (served.definition.conversion) return asLine(utf8(JSON.stringify(this.#converted(served))));
    const bytes = this.#storageBytes();
    return asLine(served.prefix, bytes.subarray(tailOffset(bytes)));
  }

  #converted(served: ServedResource): JsonObject {
    const object = parse(this.#storageBytes());
    served.definition.conversion?.fromStorage(object);
    const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
    return { kind: served.definition.kind, apiVersion: served.apiVersion, metadata, ...rest };
  }

  #withoutRevision(): Buffer {
    if (!this.#spliced) return this.#raw;
    const at = tailOffset(this.#raw);
    const version = `"resourceVersion":"${this.revision}",`;
    return Buffer.concat([this.#raw.subarray(0, at), this.#raw.subarray(at + version.length)]);
  }

  #readLabels(): Labels {
    const decoded = this.#decoded?.values().next().value;
    const object = decoded ?? parse(this.#raw);
    const metadata = object['metadata'];
    const labels = isObject(metadata) ? metadata['labels'] : undefined;
    if (!isObject(labels)) return noLabels;
    const found: Record<string, string> = {};
    for (const [key, value] of Object.entries(labels)) if (typeof value === 'string') found[key] = value;
    return found;
  }
}

/** Objects as webhooks made them. What is parsed and indexed of one is about as large as its text. */
const madeElsewhere = new Kept<StoredObject>(formsBudget, ({ madeByteLength }) => 2 * madeByteLength);

/** The text of objects in versions that they are not stored in. */
const otherVersions = new Kept<Buffer>(formsBudget, ({ length }) => length);

/** The offset behind `"metadata":{`, which writers always place third. */
function tailOffset(bytes: Buffer): number {
  return bytes.indexOf(metadataMember) + metadataMember.length;
}

/** Room for a text, with a line break behind it: everything that `bytes` gives out has one. */
function allocateLine(bytes: number): Buffer {
  const line = Buffer.allocUnsafeSlow(bytes + 1);
  line[bytes] = lineBreak;
  return line.subarray(0, bytes);
}

function asLine(...parts: readonly Uint8Array[]): Buffer {
  const line = allocateLine(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    line.set(part, at);
    at += part.length;
  }
  return line;
}

function parse(bytes: Buffer): JsonObject {
  const object = decodeJson(bytes);
  if (!isObject(object)) throw new Error('a stored object is not a JSON object');
  return object;
}

function asBuffer(value: Uint8Array): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
