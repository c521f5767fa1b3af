import { labelsOf, metadataOf, textOf } from '../../apimachinery/metadata.ts';
import { alreadyExists, forbidden, StatusError } from '../../apimachinery/status.ts';
import { type JsonObject, kubernetesNameAlphabet } from '../../base/index.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import type { Stated } from '../storage/cluster-storage.ts';
import { checkStorable } from '../storage/conversion.ts';
import { encodeStored } from '../storage/encode.ts';
import { objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { admit } from './admit.ts';
import { readObject } from './decode.ts';
import { inTurn } from './exclusive.ts';
import { trackWrite } from './field-managers.ts';
import { find } from './get.ts';
import { dedupeOwners } from './owner-references.ts';
import { checkPlace, stampCreation } from './place.ts';
import { isUnsigned, namesNone } from './resource-version.ts';

/** Attempts to find a free generated name. */
const generatedNameAttempts = 8;
const generatedSuffixLength = 5;
/** Longest `generateName` that is kept: with the suffix it fits a DNS label. */
const generateNameBaseLength = 58;

/** `create`: 201 with the object as stored. */
export async function create(parts: ClusterParts, call: Call): Promise<Answer> {
  const object = await readObject(call);
  dedupeOwners(object, call.warnings);
  return createObject(parts, call, object);
}

/** Creates `object`, which becomes the server's own; also used by updates and applies that may create. */
export async function createObject(
  parts: ClusterParts,
  call: Call,
  object: JsonObject,
  tracking: 'track' | 'tracked' = 'track',
): Promise<Answer> {
  const { definition } = call.resource;
  const metadata = checkPlace(object, call, call.name);
  checkNotTerminating(parts, call, metadata);
  const version = textOf(metadata['resourceVersion']);
  const generated = textOf(metadata['name']) === '' && textOf(metadata['generateName']) !== '';
  if (generated) metadata['name'] = generateName(parts, textOf(metadata['generateName']));
  stampCreation(parts, object, definition.hasGeneration);
  return inTurn(parts, call, {
    object,
    write: (own) => admitAndInsert(parts, call, { object: own, generated, tracking, version }),
  });
}

async function admitAndInsert(
  parts: ClusterParts,
  call: Call,
  write: { object: JsonObject; generated: boolean; tracking: 'track' | 'tracked'; version: string },
): Promise<Answer> {
  const { object, generated, tracking } = write;
  const { definition } = call.resource;
  const seen = parts.storage.seen();
  definition.strategy.default(object);
  // Before admission: what the server adds belongs to nobody.
  if (tracking === 'track') trackWrite(parts, call, { before: undefined, after: object });
  definition.strategy.prepareForCreate(object);
  const prefix = textOf(metadataOf(object)['generateName']);
  const facts = await admit(parts, call, { object, old: undefined, ...(generated && { prefix }) });
  // Nothing of a dry run is stored, so nobody minds.
  if (!call.options.dryRun) checkNoVersion(write.version);
  for (let attempt = 1; ; attempt++) {
    const answer = await insert(parts, call, { object, stated: { facts, seen, fence: call.fence } });
    if (answer) return answer;
    const name = textOf(metadataOf(object)['name']);
    if (!generated || attempt === generatedNameAttempts) throw alreadyExists(call.resource.subject(name));
    metadataOf(object)['name'] = generateName(parts, textOf(metadataOf(object)['generateName']));
  }
}

/** Throws 500 for a new object that names a version; a text that is none is nobody's. */
function checkNoVersion(version: string): void {
  if (namesNone(version) || !isUnsigned(version)) return;
  throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
}

function checkNotTerminating({ resources }: ClusterParts, { resource }: Call, metadata: JsonObject): void {
  const { group, resource: plural } = resource.definition;
  if (!resource.custom || !resources.terminating.has(`${plural}.${group}`)) return;
  const why = 'create not allowed while custom resource definition is terminating';
  throw forbidden(resource.subject(textOf(metadata['name'])), why);
}

/** Undefined when the name is taken. */
async function insert(
  parts: ClusterParts,
  call: Call,
  { object, stated }: { readonly object: JsonObject; readonly stated: Stated },
): Promise<Answer | undefined> {
  const { resource } = call;
  const name = textOf(metadataOf(object)['name']);
  checkStorable(resource);
  if (call.options.dryRun) {
    if (await find(parts, { resource, namespace: call.namespace, name })) return undefined;
    return { type: 'value', code: 201, value: object, resource };
  }
  const namespace = resource.definition.namespaced ? call.namespace : '';
  const key = parts.storage.storeKey(resource, objectKey(namespace, name));
  const leasing = parts.leaseFor(resource);
  const lease = leasing && (await leasing);
  const value = encodeStored(resource, object);
  // Loaded first: reading the collection after the commit would have to go through all of it once more.
  const collection = parts.storage.loaded(resource) ?? (await parts.storage.collection(resource));
  const transaction = {
    guards: [{ key, revision: 0 }],
    writes: [lease === undefined ? { put: key, value } : { put: key, value, lease }],
  };
  const result = await parts.storage.commitStating(transaction, stated);
  if (!result.ok) return undefined;
  const created = collection.get(objectKey(namespace, name));
  if (created?.revision !== result.revision) return { type: 'value', code: 201, value: object, resource };
  remember(created, object, resource);
  return { type: 'object', code: 201, resource, object: created };
}

/** The writer knows the labels: nobody needs to parse for them. */
export function remember(stored: StoredObject, object: JsonObject, resource: ServedResource): void {
  stored.rememberWritten(resource, labelsOf(object));
}

function generateName({ random }: ClusterParts, base: string): string {
  return base.slice(0, generateNameBaseLength) + random.string(generatedSuffixLength, kubernetesNameAlphabet);
}
