import type { AccessReview, FieldError, UserInfo } from '../../apimachinery/contract.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { badRequest, invalid } from '../../apimachinery/status.ts';
import { invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { isObject, type Json, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { type PolicyRule, ruleJson } from '../authz/rules.ts';
import type { Answer, Call, ClusterParts, Verb } from '../call/call.ts';
import { readObject } from '../write/decode.ts';
import { checkPlace } from '../write/place.ts';
import { admitBody } from '../write/run.ts';

/** The body of a review, of the kind that the path takes. Throws 400. */
async function readReview(parts: ClusterParts, call: Call): Promise<JsonObject> {
  const body = await readObject(call);
  checkPlace(body, call, '');
  return admitBody(parts, call, { operation: 'CREATE', object: body });
}

/** `selfsubjectaccessreviews`: may I? */
export const selfSubjectAccessReview: Verb = async (parts, call) => {
  const body = await readReview(parts, call);
  const spec = specOf(body);
  refuse(call, attributeErrors(body, spec));
  return reviewed(parts, call, { body, user: call.user, spec });
};

/** `subjectaccessreviews`: may they? */
export const subjectAccessReview: Verb = async (parts, call) => {
  const body = await readReview(parts, call);
  const spec = specOf(body);
  refuse(call, attributeErrors(body, spec, 'subject'));
  return reviewed(parts, call, { body, user: subjectOf(spec), spec });
};

/** `localsubjectaccessreviews`: may they, in this namespace? */
export const localSubjectAccessReview: Verb = async (parts, call) => {
  const body = await readReview(parts, call);
  const spec = specOf(body);
  const errors = attributeErrors(body, spec, 'subject');
  const { resourceAttributes: attributes, nonResourceAttributes: path } = spec;
  if (isObject(path)) {
    errors.push(invalidField('spec.nonResourceAttributes', path, 'disallowed on this kind of request'));
  }
  const namespace = isObject(attributes) ? textOf(attributes['namespace']) : call.namespace;
  if (namespace !== call.namespace) {
    const why = 'must match metadata.namespace';
    errors.push(invalidField('spec.resourceAttributes.namespace', namespace, why));
  }
  refuse(call, errors);
  return reviewed(parts, call, { body, user: subjectOf(spec), spec });
};

/** `selfsubjectrulesreviews`: what may I do in a namespace? */
export const selfSubjectRulesReview: Verb = async (parts, call) => {
  const body = await readReview(parts, call);
  const namespace = textOf(specOf(body)['namespace']);
  if (namespace === '') throw badRequest('no namespace on request');
  const { rules, incomplete } = await parts.rulesOf(call.user, namespace);
  const resourceRules = rules.filter(({ nonResourceURLs }) => nonResourceURLs.length === 0);
  const pathRules = rules.filter(({ nonResourceURLs }) => nonResourceURLs.length > 0);
  return answer(call, body, {
    resourceRules: resourceRules.map(ruleJson),
    nonResourceRules: pathRules.map(pathRuleJson),
    incomplete,
  });
};

/** `tokenreviews`: whose token is this? */
export const tokenReview: Verb = async (parts, call) => {
  const body = await readReview(parts, call);
  const { audiences, token: given } = specOf(body);
  const token = textOf(given);
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const verdict = await parts.reviewToken(token, texts(audiences));
  if (!verdict.user) return answer(call, body, { user: {}, error: verdict.error });
  const user = userJson(verdict.user);
  return answer(call, body, { authenticated: true, user, audiences: [...verdict.audiences] });
};

/** `selfsubjectreviews`: who am I? */
export const selfSubjectReview: Verb = async (parts, call) => {
  const body = await readReview(parts, call);
  return answer(call, body, { userInfo: userJson(call.user) }, rfc3339Seconds(parts.clock.now()));
};

async function reviewed(
  parts: ClusterParts,
  call: Call,
  { body, user, spec }: { body: JsonObject; user: UserInfo; spec: JsonObject },
): Promise<Answer> {
  const { decision, reason } = await parts.authorize(questionOf(user, spec));
  return answer(call, body, {
    allowed: decision === 'allow',
    ...(decision === 'deny' && { denied: true }),
    ...(reason !== '' && { reason }),
  });
}

function questionOf(user: UserInfo, spec: JsonObject): AccessReview {
  const { resourceAttributes: asked, nonResourceAttributes: path } = spec;
  if (!isObject(asked)) {
    const attributes = isObject(path) ? path : {};
    return { user, verb: textOf(attributes['verb']), path: textOf(attributes['path']) };
  }
  return {
    user,
    verb: textOf(asked['verb']),
    resource: {
      group: textOf(asked['group']),
      version: textOf(asked['version']),
      resource: textOf(asked['resource']),
      subresource: textOf(asked['subresource']),
      namespace: textOf(asked['namespace']),
      name: textOf(asked['name']),
    },
  };
}

/** With `subject` it must say about whom it asks. */
function attributeErrors(body: JsonObject, spec: JsonObject, about?: 'subject'): FieldError[] {
  const { resourceAttributes, nonResourceAttributes: pathAttributes } = spec;
  const errors: FieldError[] = [];
  if (isObject(resourceAttributes) && isObject(pathAttributes)) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalidField('spec.nonResourceAttributes', pathAttributes, detail));
  } else if (!isObject(resourceAttributes) && !isObject(pathAttributes)) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalidField('spec.resourceAttributes', null, detail));
  }
  if (about === 'subject' && textOf(spec['user']) === '' && texts(spec['groups']).length === 0) {
    errors.push(invalidField('spec.user', '', 'at least one of user or group must be specified'));
  }
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  if (['name', 'labels', 'annotations', 'generateName'].some((member) => isGiven(metadata[member]))) {
    errors.push(invalidField('metadata', metadata, 'must be empty'));
  }
  return errors;
}

function isGiven(value: Json | undefined): boolean {
  return typeof value === 'string' ? value !== '' : value !== undefined && value !== null;
}

/** The real server forgets the kind here. */
function refuse({ resource }: Call, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: resource.definition.group, kind: '' }, '', errors);
}

function subjectOf(spec: JsonObject): UserInfo {
  const username = textOf(spec['user']);
  const groups = texts(spec['groups']);
  const extra: Record<string, string[]> = {};
  if (isObject(spec['extra']))
    for (const [key, value] of Object.entries(spec['extra'])) extra[key] = texts(value);
  return { username, uid: textOf(spec['uid']), groups, extra };
}

/** `createdAt`: when the answer was made, for the reviews that say so. */
function answer(call: Call, body: JsonObject, status: JsonObject, createdAt?: string): Answer {
  const { definition, apiVersion } = call.resource;
  const metadata = isObject(body['metadata']) ? body['metadata'] : {};
  const { name, namespace } = metadata;
  const value = {
    kind: definition.kind,
    apiVersion,
    metadata: {
      ...metadata,
      ...(name === '' && { name: undefined }),
      ...(namespace === '' && { namespace: undefined }),
      ...(createdAt !== undefined && { creationTimestamp: createdAt }),
    },
    ...(body['spec'] === undefined ? {} : { spec: body['spec'] }),
    status,
  };
  return { type: 'value', code: 201, value, resource: undefined };
}

function userJson({ username, uid, groups, extra }: UserInfo): JsonObject {
  const extras: JsonObject = Object.fromEntries(
    Object.entries(extra).map(([key, values]) => [key, [...values]]),
  );
  return {
    username,
    ...(uid !== '' && { uid }),
    groups: [...groups],
    ...(Object.keys(extras).length > 0 && { extra: extras }),
  };
}

function pathRuleJson({ verbs, nonResourceURLs }: PolicyRule): JsonObject {
  return { verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] };
}

function specOf(body: JsonObject): JsonObject {
  return isObject(body['spec']) ? body['spec'] : {};
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
