import type { JsonObject } from '../../base/index.ts';
import type { ResourceRecord, ResourceType } from '../contract.ts';
import { envelopeMembers } from '../envelope.ts';
import { refusals } from '../errors.ts';
import { mergePatch } from '../merge.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import type { Answer, Services } from '../services.ts';
import { operationHeaders } from './links.ts';
import { writeResource } from './put.ts';
import { checkConditions, existingRecord, refuseBusy, showResource, writeAttempts } from './stored.ts';

/** PATCH: tags are replaced as a whole, everything else merges by RFC 7396. Never creates. */
export async function patchResource(exchange: Exchange, services: Services): Promise<Answer> {
  for (let attempt = 0; attempt < writeAttempts; attempt++) {
    const since = services.records.cache.seen;
    const stored = await existingRecord(exchange, services);
    checkConditions(exchange, stored);
    refuseBusy(exchange, stored);
    const body = patchedEnvelope(stored, exchange.body, exchange.type);
    const written = await writeResource(exchange, services, { verb: 'patch', body, stored, since });
    if (!written) continue;
    if (!written.operation) return showResource(exchange, services, { record: written.record, status: 200 });
    const headers = operationHeaders(written.operation, exchange.origin, exchange.apiVersion);
    return showResource(exchange, services, { record: written.record, status: 202, headers });
  }
  throw refusals.contention(exchange.target.id);
}

function patchedEnvelope(stored: ResourceRecord, patch: JsonObject, type: ResourceType): JsonObject {
  const allowed = (member: string) =>
    type.patchable === undefined || type.patchable.some((name) => name === member);
  const body: JsonObject = { properties: stored.properties };
  if (stored.location !== undefined) body.location = stored.location;
  if (stored.tags !== undefined) body.tags = { ...stored.tags };
  for (const member of envelopeMembers) if (stored[member] !== undefined) body[member] = stored[member];
  if (patch.tags !== undefined && allowed('tags')) body.tags = patch.tags ?? {};
  for (const member of ['properties', ...envelopeMembers]) {
    if (allowed(member) && patch[member] !== undefined) {
      body[member] = mergePatch(body[member], patch[member]) ?? {};
    }
  }
  return body;
}
