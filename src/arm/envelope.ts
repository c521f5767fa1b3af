import { isObject, type Json, type JsonObject } from '../base/index.ts';
import type { PresentContext, ResourceRecord, ResourceType } from './contract.ts';
import { refusals } from './errors.ts';
import { fullType } from './registry.ts';

/** Envelope members besides location and tags, in the order of answers. */
export const envelopeMembers = [
  'kind',
  'sku',
  'identity',
  'extendedLocation',
  'zones',
  'plan',
  'managedBy',
] as const;

const envelopeNames: ReadonlyMap<string, string> = new Map(
  ['location', 'tags', 'properties', ...envelopeMembers].map((name) => [name.toLowerCase(), name]),
);

/** The body with the members of the envelope in Azure's casing; of two that differ in case alone the last one counts. */
export function withEnvelopeNames(body: JsonObject): JsonObject {
  if (Object.keys(body).every(isNamedWell)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [envelopeNames.get(name.toLowerCase()) ?? name, value]),
  );
}

/** True for what a body may go on saying as it is: most bodies are written as the documentation has it. */
function isNamedWell(name: string): boolean {
  return (envelopeNames.get(name.toLowerCase()) ?? name) === name;
}

/** What Resource Manager knows at the top of a resource: what is written, and what answers carry and clients send back. */
const topNames: ReadonlySet<string> = new Set([
  ...envelopeNames.keys(),
  ...['id', 'name', 'type', 'etag', 'systemdata', 'createdtime', 'changedtime', 'provisioningstate'],
]);

/** Throws for what a PUT says beside `properties` and nobody would keep: no member of a resource, or none of this type's. */
export function refuseLostMembers(body: JsonObject, type: ResourceType): void {
  for (const name of Object.keys(body)) {
    if (!topNames.has(name.toLowerCase())) throw refusals.unknownMember(name);
  }
  for (const member of envelopeMembers) {
    if (type.envelope?.includes(member) || !saysSomething(body[member])) continue;
    throw refusals.notBuilt(`The member '${member}' of '${fullType(type)}'`);
  }
}

/** False for what asks for nothing, such as `{ "type": "None" }` of an identity. */
function saysSomething(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (isObject(value) && String(value.type).toLowerCase() === 'none') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** A resource as its own GET answers it. */
export async function renderResource(
  record: ResourceRecord,
  type: ResourceType,
  context: PresentContext,
): Promise<JsonObject> {
  const body = renderHead(record);
  if (type.printedType) body.type = type.printedType;
  if (type.alwaysTags) body.tags ??= {};
  const properties = type.present ? await type.present(record, context) : record.properties;
  body.properties =
    type.provisioningState === false
      ? properties
      : { ...properties, provisioningState: record.provisioningState };
  if (type.systemData !== false) body.systemData = record.systemData;
  if (type.etagMember) body[type.etagMember] = record.etag;
  return body;
}

/** A resource as the `/resources` lists answer it: no properties. */
export function renderListed(record: ResourceRecord, expand: ReadonlySet<string>): JsonObject {
  const body = renderHead(record);
  if (expand.has('createdtime')) body.createdTime = record.systemData.createdAt;
  if (expand.has('changedtime')) body.changedTime = record.systemData.lastModifiedAt;
  if (expand.has('provisioningstate')) body.provisioningState = record.provisioningState;
  return body;
}

function renderHead(record: ResourceRecord): JsonObject {
  const body: JsonObject = { id: record.id, name: record.name, type: record.type };
  if (record.location !== undefined) body.location = record.location;
  if (record.tags !== undefined) body.tags = { ...record.tags };
  for (const member of envelopeMembers) {
    const value: Json | undefined = record[member];
    if (value !== undefined) body[member] = value;
  }
  return body;
}
