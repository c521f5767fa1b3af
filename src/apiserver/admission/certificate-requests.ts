import { conditionsIn } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { forbidden, invalid } from '../../apimachinery/status.ts';
import { isObject, type JsonObject, jsonEqual, rfc3339Seconds } from '../../base/index.ts';
import type { AdmissionRequest, AdmissionStep } from '../call/call.ts';
import { type CertificationRequest, readCertificationRequest } from './certification-request.ts';

const resourceKey = 'certificates.k8s.io/certificatesigningrequests';
const clientSigner = 'kubernetes.io/kube-apiserver-client';
const decisions = ['Approved', 'Denied'];
const final = [...decisions, 'Failed'];

/**
 * Certificate signing requests: who asks is what the server saw, what is asked for stays, nobody asks for the masters'
 * group, and approving or signing takes that right on the signer asked.
 */
export const certificateRequests: AdmissionStep = {
  name: 'certificate-requests',
  concerns: [resourceKey],
  mutate(request) {
    if (!request.object) return;
    if (request.old) keepAskedFor(request, request.object, request.old);
    else recordRequester(request, request.object);
  },
  async validate(request) {
    const { object, old } = request;
    if (!object) return;
    if (!old) checkAsked(request, object);
    else await checkDecision(request, object, old);
  },
};

function recordRequester({ call }: AdmissionRequest, object: JsonObject): void {
  const { username: _, uid: __, groups: ___, extra: ____, ...asked } = specOf(object);
  const { username, uid, groups, extra } = call.user;
  const extras = Object.entries(extra).map(([key, values]) => [key, [...values]]);
  object['spec'] = {
    ...asked,
    username,
    ...(uid !== '' && { uid }),
    groups: [...groups],
    ...(extras.length > 0 && { extra: Object.fromEntries(extras) }),
  };
}

function keepAskedFor({ parts, call }: AdmissionRequest, object: JsonObject, old: JsonObject): void {
  if (old['spec'] !== undefined) object['spec'] = structuredClone(old['spec']);
  if (call.subresource !== 'status') return;
  const before = statusOf(old);
  const next = statusOf(object);
  const conditions = conditionsIn(next).map((condition) => stamped(condition, before, parts.clock.now()));
  // An approval writes conditions and nothing else.
  object['status'] = { ...(call.askedAs === 'approval' ? structuredClone(before) : next), conditions };
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

function checkAsked({ call, name }: AdmissionRequest, object: JsonObject): void {
  const { request, signerName } = specOf(object);
  const read = readRequest(textOf(request));
  if (read instanceof Error) {
    const message = `Invalid value: ${JSON.stringify(textOf(request))}: ${read.message}`;
    throw invalid(call.resource.definition, name, [
      { reason: 'FieldValueInvalid', field: 'spec.request', message },
    ]);
  }
  if (signerName !== clientSigner || !read.organizations.includes('system:masters')) return;
  const why = `use of ${clientSigner} signer with system:masters group is not allowed`;
  throw forbidden(call.resource.subject(name), why);
}

function readRequest(base64: string): CertificationRequest | Error {
  try {
    return readCertificationRequest(Buffer.from(base64, 'base64').toString('latin1'));
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

async function checkDecision(request: AdmissionRequest, object: JsonObject, old: JsonObject): Promise<void> {
  const { call, name } = request;
  if (call.subresource !== 'status') return;
  const [next, before] = [statusOf(object), statusOf(old)];
  const signer = textOf(specOf(old)['signerName']);
  if (call.askedAs === 'approval') {
    await demand(request, 'approve', signer);
  } else if (!jsonEqual(next['certificate'], before['certificate']) || !sameConditions(next, before)) {
    await demand(request, 'sign', signer);
  }
  const errors = conditionErrors(call.askedAs === 'approval', next, before);
  if (errors.length > 0) throw invalid(call.resource.definition, name, errors);
}

function conditionErrors(approving: boolean, next: JsonObject, before: JsonObject): FieldError[] {
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

/** Asked for the signer by its name, and for all signers of its domain. */
async function demand({ parts, call, name }: AdmissionRequest, verb: string, signer: string): Promise<void> {
  const [domain = ''] = signer.split('/');
  for (const each of [signer, `${domain}/*`]) {
    const target = { group: 'certificates.k8s.io', version: '*', resource: 'signers', subresource: '' };
    const resource = { ...target, namespace: '', name: each };
    const { decision } = await parts.authorize({ user: call.user, verb, resource });
    if (decision === 'allow') return;
  }
  const why = `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`;
  throw forbidden(call.resource.subject(name), why);
}

function sameConditions(next: JsonObject, before: JsonObject): boolean {
  return jsonEqual(conditionsIn(next), conditionsIn(before));
}

function ofType(status: JsonObject, type: string): JsonObject[] {
  return conditionsIn(status).filter((condition) => condition['type'] === type);
}

function specOf(object: JsonObject): JsonObject {
  return isObject(object['spec']) ? object['spec'] : {};
}

function statusOf(object: JsonObject): JsonObject {
  return isObject(object['status']) ? object['status'] : {};
}
