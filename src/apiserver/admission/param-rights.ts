import { type AdmissionStep, type ClusterView, type Write, writesOf } from '../../apimachinery/admission.ts';
import type { AccessReview, UserInfo } from '../../apimachinery/contract.ts';
import { splitApiVersion } from '../../apimachinery/metadata.ts';
import { maybeObjectAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { invalid } from '../../apimachinery/status.ts';
import { forbidden } from '../../apimachinery/validation/errors.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';

const group = 'admissionregistration.k8s.io';

/** By what binds them. */
const policiesOf: ReadonlyMap<string, string> = new Map([
  ['validatingadmissionpolicybindings', 'validatingadmissionpolicies'],
  ['mutatingadmissionpolicybindings', 'mutatingadmissionpolicies'],
]);

/**
 * Who has a policy read parameters may read them himself: what a policy says of a write can tell all of their content.
 * Source: `pkg/registry/admissionregistration/{validating,mutating}admissionpolicy{,binding}/authz.go` of k8s.io/kubernetes.
 */
export const paramRights: AdmissionStep = {
  name: 'param-rights',
  concerns: writesOf(
    [...policiesOf].flat().map((resource) => `${group}/${resource}`),
    'CREATE',
    'UPDATE',
  ),
  validate(write, cluster) {
    if (write.user.groups.includes('system:masters')) return undefined;
    const policies = policiesOf.get(write.definition.resource);
    const wanted = maybeObjectAt(write.object, 'spec', policies === undefined ? 'paramKind' : 'paramRef');
    if (!wanted) return undefined;
    return policies === undefined
      ? checkKind(write, wanted, cluster)
      : checkReference(write, { paramRef: wanted, policies }, cluster);
  },
};

async function checkKind(write: Write, paramKind: JsonObject, cluster: ClusterView): Promise<void> {
  const before = maybeObjectAt(write.old, 'spec', 'paramKind');
  if (before && jsonEqual(before, paramKind)) return;
  const target = { ...resourceOf(paramKind, cluster), subresource: '', namespace: '*', name: '*' };
  if (await may(write, 'get', target, cluster)) return;
  const shown = `kind=${textAt(paramKind, 'kind')}, apiVersion=${textAt(paramKind, 'apiVersion')}`;
  const what = `permission on all objects of the referenced paramKind (${shown})`;
  throw refusal(write, 'paramKind', `user ${goUser(write.user)} must have "get" ${what}`);
}

async function checkReference(
  write: Write,
  { paramRef, policies }: { readonly paramRef: JsonObject; readonly policies: string },
  cluster: ClusterView,
): Promise<void> {
  if (isSameReference(paramRef, write)) return;
  const policyName = textAt(write.object, 'spec', 'policyName');
  const policy = await cluster.find({ group, resource: policies, namespace: '' }, policyName);
  const paramKind = maybeObjectAt(policy, 'spec', 'paramKind');
  const name = textAt(paramRef, 'name');
  const verb = name === '' ? 'list' : 'get';
  const target = {
    ...(paramKind ? resourceOf(paramKind, cluster) : everything),
    subresource: '',
    // None: all of them.
    namespace: textAt(paramRef, 'namespace'),
    name,
  };
  if (await may(write, verb, target, cluster)) return;
  const who = `user ${goUser(write.user)} does not have "${verb}" permission`;
  const why = (unable: string) =>
    `unable to ${unable} to determine minimum required permissions and ${who} for all groups, versions and resources`;
  if (!policy) throw refusal(write, 'paramRef', why(`get policy ${policyName}`));
  if (paramKind && !servedKind(paramKind, cluster)) {
    const shown = `&{${textAt(paramKind, 'apiVersion')} ${textAt(paramKind, 'kind')}}`;
    throw refusal(write, 'paramRef', why(`resolve paramKind ${shown}`));
  }
  // Of policies that change objects, the real server says who and what in the wrong order.
  const shown =
    policies === 'mutatingadmissionpolicies'
      ? `user ${verb} does not have "${goUser(write.user)}" permission`
      : who;
  throw refusal(write, 'paramRef', `${shown} on the object referenced by paramRef`);
}

/** As the real server compares them: one with a selector or an action is never taken for the same. */
function isSameReference(paramRef: JsonObject, { object, old }: Write): boolean {
  const before = objectAt(old, 'spec', 'paramRef');
  if (paramRef['selector'] !== undefined || paramRef['parameterNotFoundAction'] !== undefined) return false;
  return (
    jsonEqual(before, paramRef) && textAt(old, 'spec', 'policyName') === textAt(object, 'spec', 'policyName')
  );
}

type Target = NonNullable<AccessReview['resource']>;

const everything = { group: '*', version: '*', resource: '*' };

function servedKind(paramKind: JsonObject, cluster: ClusterView) {
  const [of, version] = splitApiVersion(textAt(paramKind, 'apiVersion'));
  return cluster.kind(of, version, textAt(paramKind, 'kind'));
}

/** All resources of the version while nobody serves the kind. */
function resourceOf(
  paramKind: JsonObject,
  cluster: ClusterView,
): Pick<Target, 'group' | 'version' | 'resource'> {
  const [of, version] = splitApiVersion(textAt(paramKind, 'apiVersion'));
  return { group: of, version, resource: servedKind(paramKind, cluster)?.resource ?? '*' };
}

async function may({ user }: Write, verb: string, resource: Target, cluster: ClusterView): Promise<boolean> {
  return (await cluster.decide({ user, verb, resource })).decision === 'allow';
}

function refusal({ definition, name }: Write, member: string, why: string) {
  return invalid(definition, name, [forbidden(`spec.${member}`, why)]);
}

/** A user as Go prints one. */
function goUser({ username, uid, groups, extra }: UserInfo): string {
  const extras = Object.keys(extra)
    .sort()
    .map((key) => `${key}:[${(extra[key] ?? []).join(' ')}]`);
  return `&{${username} ${uid} [${groups.join(' ')}] map[${extras.join(' ')}]}`;
}
