import type { JsonObject } from '../../base/index.ts';
import { demandReferences } from '../access/references.ts';
import type { ResourceDraft, ResourceRecord, ResourceType } from '../contract.ts';
import { envelopeMembers } from '../envelope.ts';
import { refusals } from '../errors.ts';
import { settledIdentity } from '../identity.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import type { Operation } from '../records/operation.ts';
import { normalLocation } from '../regions.ts';
import { fullType } from '../registry.ts';
import type { Answer, Services } from '../services.ts';
import { readTags } from '../tags.ts';
import { firstEtag, isFinalState, newEtag, touchedBy } from '../values.ts';
import { demandHeldScopes } from './held-scopes.ts';
import { operationHeaders, operationLocation } from './links.ts';
import {
  checkConditions,
  guardedAncestors,
  refuseBusy,
  showResource,
  storedRecord,
  writeAttempts,
} from './stored.ts';

/** PUT: replaces what a caller may set; 201 for a new resource, 200 for a known one. */
export async function putResource(exchange: Exchange, services: Services): Promise<Answer> {
  for (let attempt = 0; attempt < writeAttempts; attempt++) {
    const since = services.records.cache.seen;
    const stored = storedRecord(exchange, services);
    checkConditions(exchange, stored);
    if (stored) refuseBusy(exchange, stored);
    const write = { verb: 'put', body: exchange.body, stored, since } as const;
    const written = await writeResource(exchange, services, write);
    if (!written) continue;
    const { statuses } = exchange.type;
    const status = stored ? (statuses?.update ?? 200) : (statuses?.create ?? 201);
    const headers = written.operation ? operationHeaders(written.operation, exchange.origin) : {};
    const record = announced(written, stored);
    return showResource(exchange, services, { record, status, headers });
  }
  throw refusals.contention(exchange.target.id);
}

/** A write whose operation has ended already is still answered as one under way, so that clients ask for its end. */
function announced({ record, operation }: Written, stored: ResourceRecord | undefined): ResourceRecord {
  if (operation?.status !== 'Succeeded') return record;
  return { ...record, provisioningState: stored ? 'Updating' : 'Creating' };
}

export interface Written {
  readonly record: ResourceRecord;
  /** Undefined when nothing is left to do. */
  readonly operation: Operation | undefined;
}

/** Asks the type, builds the record and commits it with its operation. Undefined: something moved, decide again. */
export async function writeResource(
  exchange: Exchange,
  services: Services,
  write: {
    readonly verb: 'put' | 'patch';
    readonly body: JsonObject;
    readonly stored: ResourceRecord | undefined;
    readonly since: number;
  },
): Promise<Written | undefined> {
  const { target, type, apiVersion, caller } = exchange;
  readTags(write.body.tags);
  const id = write.stored?.id ?? storedId(exchange, services);
  const references = await demandReferences(services.access, services.records.cache, {
    type,
    id,
    scope: target.id,
    verb: write.verb,
    body: exchange.body,
    caller,
  });
  const body = withNormalLocation(withIdentity(write, type, services), type.scope === 'tracked');
  if (write.stored) await demandHeldScopes(exchange, services, { stored: write.stored, verb: 'write' });
  exchange.atProvider = true;
  const draft = await type.prepare({
    id,
    name: write.stored?.name ?? target.path.names.at(-1) ?? '',
    apiVersion,
    verb: write.verb,
    body,
    stored: write.stored,
    caller,
    correlationId: exchange.correlationId,
    context: services.context,
  });
  const record = buildRecord(exchange, services, { id, body, stored: write.stored, draft });
  const isFinal = isFinalState(record.provisioningState);
  const operation = operationOf(exchange, services, { record, verb: write.verb, isFinal });
  const final = operation && !isFinal ? { ...record, operation: operation.id } : record;
  const done = await services.records.commit({
    writes: [{ put: final }, ...(draft.related ?? [])],
    operations: operation && !isFinal ? [operation] : [],
    claims: draft.claims ?? [],
    unchanged: [...guardedAncestors(exchange), ...references, ...(draft.unchanged ?? [])],
    since: write.since,
  });
  return done ? { record: final, operation } : undefined;
}

/** What the caller can follow: undefined when the write is over and its type says no word of operations. */
function operationOf(
  { target, type, apiVersion, caller }: Exchange,
  services: Services,
  written: { readonly record: ResourceRecord; readonly verb: 'put' | 'patch'; readonly isFinal: boolean },
): Operation | undefined {
  const { record, verb, isFinal } = written;
  if (isFinal && !(type.announcesOperations === true && verb === 'put')) return undefined;
  const about = {
    subscriptionId: target.path.subscriptionId ?? '',
    namespace: type.namespace,
    location: operationLocation(record.id, record.location, services),
    resourceId: record.id,
    verb,
    callerObjectId: caller.objectId,
    permission: target.permission,
    apiVersion,
    retryAfterSeconds: type.retryAfterSeconds ?? 1,
  };
  return isFinal ? services.operations.done({ ...about, verb: 'put' }) : services.operations.begin(about);
}

function withIdentity(
  write: {
    readonly verb: 'put' | 'patch';
    readonly body: JsonObject;
    readonly stored: ResourceRecord | undefined;
  },
  type: ResourceType,
  { records }: Services,
): JsonObject {
  if (!type.envelope?.includes('identity')) return write.body;
  const identity = settledIdentity(write.body.identity, { ...write, cache: records.cache });
  const { identity: _sent, ...rest } = write.body;
  return identity === undefined ? rest : { ...rest, identity };
}

/** Types see the normal form of a location: `East US` ends up in no host name. */
function withNormalLocation(body: JsonObject, isTracked: boolean): JsonObject {
  const { location } = body;
  if (!isTracked || typeof location !== 'string') return body;
  const normal = normalLocation(location);
  return normal === location ? body : { ...body, location: normal };
}

function buildRecord(
  exchange: Exchange,
  services: Services,
  write: {
    readonly id: string;
    readonly body: JsonObject;
    readonly stored: ResourceRecord | undefined;
    readonly draft: ResourceDraft;
  },
): ResourceRecord {
  const { type, caller } = exchange;
  const { id, body, stored, draft } = write;
  const tags = readTags(body.tags);
  const internal = draft.internal ?? stored?.internal;
  const nowMs = services.clock.now();
  const members: JsonObject = {};
  for (const member of envelopeMembers) {
    // Members of the envelope are JSON in a draft; those that no draft has are undefined there.
    const drafted = draft[member as keyof ResourceDraft] as JsonObject | undefined;
    const sent = type.envelope?.includes(member) ? body[member] : stored?.[member];
    const value = drafted ?? sent;
    if (value !== undefined && value !== null) members[member] = value;
  }
  return {
    id,
    name: stored?.name ?? exchange.target.path.names.at(-1) ?? '',
    type: fullType(type),
    ...(draft.location !== undefined && { location: draft.location }),
    ...(type.scope === 'tracked' && { location: normalLocation(String(body.location)) }),
    ...(tags !== undefined && { tags }),
    ...members,
    properties: draft.properties,
    provisioningState: draft.provisioningState ?? defaultState(exchange, stored),
    systemData: touchedBy(caller, nowMs, stored?.systemData),
    etag: stored ? newEtag(services.random, stored.etag) : firstEtag(services.random, type),
    ...(stored?.lastOperation !== undefined && { lastOperation: stored.lastOperation }),
    ...(internal !== undefined && { internal }),
  };
}

function defaultState({ type }: Exchange, stored: ResourceRecord | undefined): string {
  if (type.lifecycle === 'immediate') return 'Succeeded';
  return stored ? 'Updating' : (type.createState ?? 'Creating');
}

/** The id of a new record: what stands above it keeps the casing that it was made with. */
function storedId({ target, type }: Exchange, { records }: Services): string {
  if (type.tenantWide) return type.tenantWide.keptAs(target.id);
  const cut = target.id.lastIndexOf('/', target.id.lastIndexOf('/') - 1);
  const above = target.id.slice(0, cut).replace(/\/providers\/[^/]+$/, '');
  const stored = records.cache.get(above)?.record.id;
  return stored === undefined || stored === above ? target.id : stored + target.id.slice(above.length);
}
