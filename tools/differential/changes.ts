import type { JsonObject } from '../../src/base/index.ts';
import { isObject, type Json } from '../../src/base/index.ts';
import { type Chance, chanceOf } from './chance.ts';
import { bothObjects, type Comparison } from './comparison.ts';
import { drawEdits, drawValue, edited, memberAt, mergePatchAt, pointerOf } from './edits.ts';
import { patchTypes } from './lives.ts';
import { spotIn } from './schema.ts';
import { collectionOf, objectNamed, type Subject } from './subjects.ts';

interface Drawing {
  readonly comparison: Comparison;
  readonly subject: Subject;
  readonly namespace: string;
  readonly chance: Chance;
}

const changesOfOne = 6;

/** Objects and changes drawn from the kind's schema: mostly valid, often not. */
export async function compareChanges(
  comparison: Comparison,
  subject: Subject,
  { namespace, seed, rounds }: { namespace: string; seed: string; rounds: number },
): Promise<void> {
  await comparison.quietly({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: namespace } },
  });
  for (let round = 0; round < rounds; round++) {
    const chance = chanceOf(seed, subject.apiVersion, subject.resource, round);
    await oneRound({ comparison, subject, namespace, chance }, round);
  }
}

async function oneRound(drawing: Drawing, round: number): Promise<void> {
  const { comparison, subject, namespace, chance } = drawing;
  const name = subject.ownName ?? `drawn${round}-${namespace}`;
  const base = objectNamed(subject, name, namespace);
  const collection = collectionOf(subject, namespace);
  for (let at = 0; at < 4; at++) {
    const object = edited(base, drawEdits(base, subject.schema, chance));
    const query = chance.pick(['', '&fieldValidation=Strict', '&fieldValidation=Ignore']);
    await comparison.ask('drawn create', {
      method: 'POST',
      path: `${collection}?dryRun=All${query}`,
      body: object,
    });
  }
  const created = await comparison.ask('drawn create', { method: 'POST', path: collection, body: base });
  if (bothObjects(created)) {
    for (let at = 0; at < changesOfOne; at++) if (!(await oneChange(drawing, name))) break;
  }
  const one = `${collection}/${name}`;
  const free = { metadata: { finalizers: null } };
  await comparison.quietly({ method: 'PATCH', path: one, body: free, type: patchTypes.merge });
  await comparison.quietly({ method: 'DELETE', path: `${one}?gracePeriodSeconds=0` });
}

/** False when the two servers no longer keep the same, so that what follows would say nothing new. */
async function oneChange(drawing: Drawing, name: string): Promise<boolean> {
  const { comparison, subject, namespace, chance } = drawing;
  const one = `${collectionOf(subject, namespace)}/${name}`;
  const read = await comparison.ask('drawn get', { method: 'GET', path: one });
  const now = bothObjects(read);
  if (!now || !read.equal) return false;
  const path = one + (chance.often(0.12) ? '/status' : '') + queryOf(subject, chance);
  const verb = chance.pick(['update', 'merge', 'json', 'strategic', 'apply'] as const);
  const section = `drawn ${verb}`;
  if (verb === 'update') {
    const edits = drawEdits(now.real, subject.schema, chance);
    const ask = (object: JsonObject) => ({ method: 'PUT', path, body: edited(object, edits) });
    return (await comparison.ask(section, [ask(now.real), ask(now.ours)])).equal;
  }
  const body = patchOf(verb, drawing, now.real, name);
  const applied =
    verb === 'apply'
      ? `${path}&fieldManager=${chance.pick(['m1', 'm2'])}${chance.often(0.5) ? '&force=true' : ''}`
      : path;
  return (await comparison.ask(section, { method: 'PATCH', path: applied, body, type: patchTypes[verb] }))
    .equal;
}

function queryOf({ acts }: Subject, chance: Chance): string {
  const dry = acts || chance.often(0.15);
  const checked = chance.pick([
    '',
    '&fieldValidation=Strict',
    '&fieldValidation=Warn',
    '&fieldValidation=Ignore',
  ]);
  return `?${dry ? 'dryRun=All' : 'pretty=false'}${checked}`;
}

function patchOf(
  verb: 'merge' | 'json' | 'strategic' | 'apply',
  { subject, namespace, chance }: Drawing,
  object: JsonObject,
  name: string,
): Json {
  // What only one server can know is not in what both are sent.
  const kept = withoutServerChoices(object);
  const spot = spotIn(kept, subject.schema, chance);
  const value = chance.often(0.2) ? null : drawValue(subject.schema, spot, chance);
  if (verb === 'merge') return mergePatchAt(kept, spot, value);
  if (verb === 'strategic') return strategicPatch(kept, mergePatchAt(kept, spot, value), chance);
  if (verb === 'json') return jsonPatch(kept, subject, chance);
  const whole = objectNamed(subject, name, namespace);
  return chance.often(0.5) ? edited(whole, drawEdits(whole, subject.schema, chance)) : whole;
}

function withoutServerChoices(object: JsonObject): JsonObject {
  const {
    uid: _u,
    resourceVersion: _r,
    creationTimestamp: _c,
    managedFields: _m,
    ...metadata
  } = isObject(object['metadata']) ? object['metadata'] : {};
  return { ...object, metadata };
}

function strategicPatch(_object: JsonObject, patch: JsonObject, chance: Chance): JsonObject {
  const [key] = Object.keys(patch);
  const inner = key === undefined ? undefined : patch[key];
  if (!chance.often(0.2) || key === undefined || !isObject(inner)) return patch;
  const directive = chance.pick<JsonObject>([
    { $patch: 'replace' },
    { $patch: 'delete' },
    { $patch: 'merge' },
    { $patch: 'sideways' },
    { $retainKeys: Object.keys(inner) },
  ]);
  return { [key]: { ...inner, ...directive } };
}

function jsonPatch(object: JsonObject, { schema }: Subject, chance: Chance): Json {
  return Array.from({ length: 1 + chance.below(2) }, (): Json => {
    const spot = spotIn(object, schema, chance);
    const path = pointerOf(spot.path);
    const from = pointerOf(spotIn(object, schema, chance).path);
    return chance.pick<JsonObject>([
      { op: 'add', path, value: drawValue(schema, spot, chance) },
      { op: 'replace', path, value: drawValue(schema, spot, chance) },
      { op: 'remove', path },
      { op: 'copy', from, path },
      { op: 'move', from, path },
      { op: 'test', path, value: spot.path.reduce<Json | undefined>(memberAt, object) ?? null },
    ]);
  });
}
