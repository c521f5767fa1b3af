import { type AdmissionStep, resourceKey, type Write } from '../../apimachinery/admission.ts';
import { cloneJson } from '../../apimachinery/clone.ts';
import { conditionsIn } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { objectAt } from '../../apimachinery/read.ts';
import { invalid } from '../../apimachinery/status.ts';
import {
  duplicate,
  forbidden,
  index,
  invalid as invalidField,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { type JsonObject, jsonEqual, rfc3339Seconds } from '../../base/index.ts';
import { readRequest } from '../../http/certificates/request.ts';
import { whyNoCertificate } from './issued-certificate.ts';

const decisions = ['Approved', 'Denied'];
const final = [...decisions, 'Failed'];

/** Who asks for a certificate is what the server saw, what is asked for stays, and decisions stand. */
export const certificateRequests: AdmissionStep = {
  name: 'certificate-requests',
  concerns: ({ definition, operation }) => isOfCertificateRequests({ definition }) && operation !== 'DELETE',
  complete(write, { clock }) {
    if (!write.object) return;
    if (write.old) keepAskedFor(write, write.object, { old: write.old, nowMs: clock.now() });
    else recordRequester(write, write.object);
  },
  validate({ subresource, definition, name, object, old }) {
    if (!object) return;
    const [next, before] = [objectAt(object, 'status'), objectAt(old, 'status')];
    const errors = old
      ? [
          ...statusErrors(subresource, next, before),
          ...conditionErrors(subresource, next, before),
          ...certificateErrors(next, before),
        ]
      : requestErrors(object);
    if (errors.length > 0) throw invalid(definition, name, errors);
  },
};

/** True for writes of certificate signing requests. */
export function isOfCertificateRequests({ definition }: Pick<Write, 'definition'>): boolean {
  return resourceKey(definition) === 'certificates.k8s.io/certificatesigningrequests';
}

function recordRequester({ user }: Write, object: JsonObject): void {
  const { username: _, uid: __, groups: ___, extra: ____, ...asked } = objectAt(object, 'spec');
  const { username, uid, groups, extra } = user;
  const extras = Object.entries(extra).map(([key, values]) => [key, [...values]]);
  object['spec'] = {
    ...asked,
    username,
    ...(uid !== '' && { uid }),
    groups: [...groups],
    ...(extras.length > 0 && { extra: Object.fromEntries(extras) }),
  };
}

function keepAskedFor(
  { subresource }: Write,
  object: JsonObject,
  { old, nowMs }: { old: JsonObject; nowMs: number },
): void {
  if (old['spec'] !== undefined) object['spec'] = cloneJson(old['spec']);
  if (subresource === '') return;
  const before = objectAt(old, 'status');
  const next = objectAt(object, 'status');
  const given = subresource === 'status' ? withDecisions(conditionsIn(next), before) : conditionsIn(next);
  const conditions = given.map((condition) => stamped(condition, before, nowMs));
  // An approval writes conditions and nothing else.
  const { conditions: _given, ...others } = subresource === 'approval' ? cloneJson(before) : next;
  object['status'] = conditions.length === 0 ? others : { ...others, conditions };
}

/** A write of the status does not change what was decided, unless it would add to it or take from it: that is refused. */
function withDecisions(conditions: readonly JsonObject[], before: JsonObject): readonly JsonObject[] {
  let kept = conditions;
  for (const type of decisions) {
    const then = ofType(before, type);
    if (kept.filter((one) => one['type'] === type).length !== then.length) continue;
    const decided = then.values();
    kept = kept.map((one) => (one['type'] === type ? (decided.next().value ?? one) : one));
  }
  return kept;
}

function stamped(condition: JsonObject, before: JsonObject, nowMs: number): JsonObject {
  const now = rfc3339Seconds(nowMs);
  const same = conditionsIn(before).find(
    ({ type, status }) => type === condition['type'] && status === condition['status'],
  );
  return {
    ...condition,
    lastUpdateTime: condition['lastUpdateTime'] ?? now,
    lastTransitionTime: condition['lastTransitionTime'] ?? same?.['lastTransitionTime'] ?? now,
  };
}

function requestErrors(object: JsonObject): FieldError[] {
  const text = textOf(objectAt(object, 'spec')['request']);
  const read = readRequest(text);
  if (!(read instanceof Error)) return [];
  const message = `Invalid value: ${JSON.stringify(text)}: ${read.message}`;
  return [{ reason: 'FieldValueInvalid', field: 'spec.request', message }];
}

function conditionErrors(subresource: string, next: JsonObject, before: JsonObject): FieldError[] {
  if (subresource === '') return [];
  const approving = subresource === 'approval';
  const errors: FieldError[] = [];
  const refuse = (detail: string) =>
    errors.push({
      reason: 'FieldValueForbidden',
      field: 'status.conditions',
      message: `Forbidden: ${detail}`,
    });
  for (const type of final) {
    const [now, then] = [ofType(next, type), ofType(before, type)];
    if (now.length < then.length) refuse(`updates may not remove a condition of type "${type}"`);
    else if (!approving && decisions.includes(type)) {
      if (now.length > then.length) refuse(`updates may not add a condition of type "${type}"`);
      else if (!jsonEqual(now, then)) refuse(`updates may not modify a condition of type "${type}"`);
    }
  }
  if (
    decisions.every((type) => ofType(next, type).length > 0) &&
    !decisions.every((type) => ofType(before, type).length > 0)
  ) {
    const message = 'Invalid value: "Denied": Approved and Denied conditions are mutually exclusive';
    errors.push({ reason: 'FieldValueInvalid', field: 'status.conditions', message });
  }
  return errors;
}

/** Of what is no part of an older status: what was wrong before may stay. */
function statusErrors(subresource: string, next: JsonObject, before: JsonObject): FieldError[] {
  if (subresource === '') return [];
  const [conditions, older] = [conditionsIn(next), conditionsIn(before)];
  const errors: FieldError[] = [];
  const isNamed = older.every(({ type }) => textOf(type) !== '');
  const isSingle = new Set(older.map(({ type }) => type)).size === older.length;
  const seen = new Set<string>();
  for (const [position, condition] of conditions.entries()) {
    const [type, status] = [textOf(condition['type']), textOf(condition['status'])];
    const path = index('status.conditions', position);
    if (isNamed && type === '') errors.push(required(`${path}.type`));
    const allowed = final.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') errors.push(required(`${path}.status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${path}.status`, status, allowed));
    if (isSingle && seen.has(type)) errors.push(duplicate(`${path}.type`, type));
    seen.add(type);
  }
  return errors;
}

/** What was issued stands, and is a certificate, unless older content was none. */
function certificateErrors(next: JsonObject, before: JsonObject): FieldError[] {
  const [now, then] = [textOf(next['certificate']), textOf(before['certificate'])];
  if (now === then) return [];
  const field = 'status.certificate';
  const errors: FieldError[] = [];
  const why = now === '' ? undefined : whyNoCertificate(now);
  if (why !== undefined && (then === '' || whyNoCertificate(then) === undefined))
    errors.push(invalidField(field, '<certificate data>', why));
  if (then !== '') errors.push(forbidden(field, 'updates may not modify existing certificate content'));
  return errors;
}

function ofType(status: JsonObject, type: string): JsonObject[] {
  return conditionsIn(status).filter((condition) => condition['type'] === type);
}
