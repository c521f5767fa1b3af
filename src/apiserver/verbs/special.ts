import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { Verb } from '../call/call.ts';
import { evict } from './evict.ts';
import { get } from './get.ts';
import { nodeProxy } from './node-proxy.ts';
import { patch } from './patch.ts';
import { podPorts, podSession } from './pod-connections.ts';
import { podLog } from './pod-log.ts';
import { bind } from './pod-subresources.ts';
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
  subjectAccessReview,
  tokenReview,
} from './reviews.ts';
import { scale } from './scale.ts';
import { createToken } from './service-account-token.ts';
import { update } from './update.ts';

/** Resources without stored objects, by `group/resource`: asking is all there is. */
const virtualResources: Readonly<Record<string, Verb>> = {
  '/bindings': bind,
  'authentication.k8s.io/selfsubjectreviews': selfSubjectReview,
  'authentication.k8s.io/tokenreviews': tokenReview,
  'authorization.k8s.io/localsubjectaccessreviews': localSubjectAccessReview,
  'authorization.k8s.io/selfsubjectaccessreviews': selfSubjectAccessReview,
  'authorization.k8s.io/selfsubjectrulesreviews': selfSubjectRulesReview,
  'authorization.k8s.io/subjectaccessreviews': subjectAccessReview,
};

const virtualVerbs = new WeakMap<ResourceDefinition, Verb | null>();

/** The one verb of a resource without stored objects. */
export function virtualVerb(definition: ResourceDefinition): Verb | undefined {
  let verb = virtualVerbs.get(definition);
  if (verb === undefined) {
    const name = `${definition.group}/${definition.resource}`;
    verb = Object.hasOwn(virtualResources, name) ? (virtualResources[name] ?? null) : null;
    virtualVerbs.set(definition, verb);
  }
  return verb ?? undefined;
}

/** Subresources that are more than another view of the object, by `resource/subresource` (`*` for any resource). */
export const subresources: Readonly<Record<string, Verb>> = {
  '*/scale': scale,
  'pods/binding': bind,
  'pods/eviction': evict,
  'pods/log': podLog,
  'pods/exec': podSession('exec'),
  'pods/attach': podSession('attach'),
  'pods/portforward': podPorts,
  'pods/proxy': nodeProxy,
  'nodes/proxy': nodeProxy,
  'services/proxy': nodeProxy,
  'serviceaccounts/token': createToken,
  'certificatesigningrequests/approval': approve,
};

/** Approval writes conditions, which are part of the status. */
function approve(...[parts, call]: Parameters<Verb>): ReturnType<Verb> {
  const verb = call.verb === 'get' ? get : call.verb === 'update' ? update : patch;
  return verb(parts, { ...call, subresource: 'status', askedAs: 'approval' });
}
