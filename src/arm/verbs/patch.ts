import type { JsonObject } from '../../base/index.ts';
import type { ResourceRecord } from '../contract.ts';
import { envelopeMembers, refuseLostMembers } from '../envelope.ts';
import { refusals } from '../errors.ts';
import { mergePatch } from '../merge.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import { normalLocation } from '../regions.ts';
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
    refuseUnpatchable(exchange, stored);
    refuseBusy(exchange, stored);
    const body = patchedEnvelope(stored, exchange.body);
    const written = await writeResource(exchange, services, { verb: 'patch', body, stored, since });
    if (!written) continue;
    if (!written.operation) return showResource(exchange, services, { record: written.record, status: 200 });
    const headers = operationHeaders(written.operation, exchange.origin, exchange.apiVersion);
    return showResource(exchange, services, { record: written.record, status: 202, headers });
  }
  throw refusals.contention(exchange.target.id);
}

/** Throws for what a PATCH says and its type would not change: answering 200 would claim that it had. */
function refuseUnpatchable({ body, type }: Exchange, stored: ResourceRecord): void {
  const { patchable } = type;
  for (const member of ['properties', ...envelopeMembers]) {
    if (patchable === undefined || body[member] === undefined) continue;
    if (!patchable.some((name) => name === member)) throw refusals.notPatchable(member, patchable);
  }
  refuseLostMembers(body, type);
  const { location } = body;
  if (stored.location === undefined || location === undefined || location === null) return;
  if (typeof location === 'string' && normalLocation(location) === normalLocation(stored.location)) return;
  throw refusals.propertyChangeNotAllowed('location');
}

function patchedEnvelope(stored: ResourceRecord, patch: JsonObject): JsonObject {
  const body: JsonObject = { properties: stored.properties };
  if (stored.location !== undefined) body.location = stored.location;
  if (stored.tags !== undefined) body.tags = { ...stored.tags };
  for (const member of envelopeMembers) if (stored[member] !== undefined) body[member] = stored[member];
  if (patch.tags !== undefined) body.tags = patch.tags ?? {};
  for (const member of ['properties', ...envelopeMembers]) {
    if (patch[member] !== undefined) body[member] = mergePatch(body[member], patch[member]) ?? {};
  }
  return body;
}
