import { type AdmissionStep, resourceKey, type Write } from '../../apimachinery/admission.ts';
import { conditionsIn } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { objectAt } from '../../apimachinery/read.ts';
import { invalid } from '../../apimachinery/status.ts';
import { type JsonObject, jsonEqual, rfc3339Seconds } from '../../base/index.ts';
import { readRequest } from '../../http/certificates/request.ts';

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
      ? [...conditionErrors(subresource, next, before), ...certificateErrors(next, before)]
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
  if (old['spec'] !== undefined) object['spec'] = structuredClone(old['spec']);
  if (subresource === '') return;
  const before = objectAt(old, 'status');
  const next = objectAt(object, 'status');
  const conditions = conditionsIn(next).map((condition) => stamped(condition, before, nowMs));
  // An approval writes conditions and nothing else.
  const { conditions: _given, ...others } = subresource === 'approval' ? structuredClone(before) : next;
  object['status'] = conditions.length === 0 ? others : { ...others, conditions };
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

/** What was issued stands. */
function certificateErrors(next: JsonObject, before: JsonObject): FieldError[] {
  if (!before['certificate'] || next['certificate'] === before['certificate']) return [];
  const message = 'Forbidden: updates may not modify existing certificate content';
  return [{ reason: 'FieldValueForbidden', field: 'status.certificate', message }];
}

function ofType(status: JsonObject, type: string): JsonObject[] {
  return conditionsIn(status).filter((condition) => condition['type'] === type);
}
