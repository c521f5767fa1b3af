import { metadataOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { type JsonObject, jsonEqual, kubernetesNameAlphabet } from '../../base/index.ts';
import type { ClusterParts, WriteState, WriteStep } from '../call/call.ts';
import { writtenVersion } from '../request/resource-version.ts';
import { objectKey } from '../storage/keys.ts';
import { afterMutation, dedupeOwners } from './owner-references.ts';
import { carryOver, checkNamespace, checkVersion, stampCreation } from './place.ts';

/** Admission may have named an owner that was there already. */
export const ownersOnce: WriteStep = {
  name: 'owners-once',
  part: 'prepare',
  concerns: ({ operation }) => operation !== 'DELETE',
  run({ object, warnings }) {
    if (object) dedupeOwners(object, warnings, afterMutation);
  },
};

/** Admission may have put it somewhere else, or named a version. Throws 400, 409 and 500. */
export const stillInPlace: WriteStep = {
  name: 'still-in-place',
  part: 'prepare',
  concerns: ({ operation }) => operation !== 'DELETE',
  run(state) {
    const { object, call, definition, current, isAgain } = state;
    if (!object) return;
    if (definition.namespaced) checkNamespace(object, call);
    if (!isAgain) return;
    const metadata = metadataOf(object);
    if (definition.namespaced) metadata['namespace'] = call.namespace;
    const version = textOf(metadata['resourceVersion']);
    // An update is meant for the version that it names, whoever named it.
    if (current && version !== '') checkVersion(call, current, writtenVersion(version));
    if (current) return;
    if (version !== '') state.version = version;
    for (const member of ['resourceVersion', 'selfLink']) delete metadata[member];
  },
};

/** Attempts to find a free generated name. */
export const generatedNameAttempts = 8;
const generatedSuffixLength = 5;
/** Longest `generateName` that is kept: with the suffix it fits a DNS label. */
const generateNameBaseLength = 58;

/** A new object gets its name, when it has none, and its identity. */
export const identify: WriteStep = {
  name: 'identify',
  part: 'prepare',
  concerns: ({ operation }) => operation === 'CREATE',
  run(state) {
    const { parts, object, definition } = state;
    if (!object) return;
    const metadata = metadataOf(object);
    const base = textOf(metadata['generateName']);
    state.hasGeneratedName = base !== '' && textOf(metadata['name']) === '';
    if (state.hasGeneratedName) metadata['name'] = freeName(state, base);
    state.name = textOf(metadata['name']);
    stampCreation(parts, object, definition.quirks.hasGeneration === true);
  },
};

/** What is free now may be taken when it is written: then there is another one. */
function freeName({ parts, resource, namespace }: WriteState, base: string): string {
  const collection = parts.storage.loaded(resource);
  const place = resource.definition.namespaced ? namespace : '';
  for (let attempt = 1; ; attempt++) {
    const name = generateName(parts, base);
    if (attempt === generatedNameAttempts || !collection?.get(objectKey(place, name))) return name;
  }
}

/** A name that begins as asked for and ends in five letters and digits of chance. */
export function generateName({ random }: Pick<ClusterParts, 'random'>, base: string): string {
  return base.slice(0, generateNameBaseLength) + random.string(generatedSuffixLength, kubernetesNameAlphabet);
}

/** What neither writers nor admission choose is as the kind has it. */
export const prepare: WriteStep = {
  name: 'prepare',
  part: 'prepare',
  concerns: ({ operation }) => operation !== 'DELETE',
  run({ object, old, call, definition }) {
    if (!object) return;
    if (old) {
      carryOver(object, old);
      definition.strategy.prepareForUpdate(object, old, call.subresource);
    } else definition.strategy.prepareForCreate(object);
  },
};

/** Counts the changes of what the kind's controller acts on. */
export const generation: WriteStep = {
  name: 'generation',
  part: 'prepare',
  concerns: ({ definition, operation }) => operation === 'UPDATE' && definition.quirks.hasGeneration === true,
  run(state) {
    const { object, old } = state;
    if (!object || !old || !countsAsChange(state, object, old)) return;
    const before = readMetadata(old)['generation'];
    metadataOf(object)['generation'] = (typeof before === 'number' ? before : 0) + 1;
  },
};

function countsAsChange({ definition, call }: WriteState, next: JsonObject, old: JsonObject): boolean {
  const { generationStays, annotationsCountAsChange, labelsCountAsChange } = definition.quirks;
  if (generationStays || call.subresource === 'binding') return false;
  if (specChanged(next, old, definition.subresources['status'] !== undefined)) return true;
  if (call.subresource === 'status') return false;
  const changed = (member: 'labels' | 'annotations') =>
    !jsonEqual(readMetadata(next)[member] ?? {}, readMetadata(old)[member] ?? {});
  return Boolean(
    (annotationsCountAsChange && changed('annotations')) || (labelsCountAsChange && changed('labels')),
  );
}

/** Everything but metadata counts, and status where it has an endpoint of its own. */
function specChanged(next: JsonObject, old: JsonObject, statusApart: boolean): boolean {
  const ignored = statusApart ? ['metadata', 'status'] : ['metadata'];
  const members = new Set([...Object.keys(next), ...Object.keys(old)]);
  for (const member of members) {
    if (!ignored.includes(member) && !jsonEqual(next[member], old[member])) return true;
  }
  return false;
}
