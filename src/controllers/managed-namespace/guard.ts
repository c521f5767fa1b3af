import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind, ignoringMissing, type TypedClient } from '../../apimachinery/kinds.ts';
import { type Clock, jsonEqual, type Logger, type Random } from '../../base/index.ts';
import { type Controller, type InformerSet, runController, watchKeys } from '../../reconcile/index.ts';
import { validatingAdmissionPolicies } from '../kinds/admissionregistration.ts';
import { unlabelAll } from './keep.ts';
import { managedLabels } from './objects.ts';

/** Name of the policy and of its binding, as on Azure's hubs and members. */
const guardName = 'aks-fleet-managed-by-arm';

const bindings = defineKind<KubeObject>(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicyBinding',
  'validatingadmissionpolicybindings',
  'Cluster',
);

/** Resource Manager and the loops of a cluster act as one user; agents that run in one, as service accounts. */
const owners = `(request.userInfo.username == "system:drydock" && "system:masters" in request.userInfo.groups) || "system:serviceaccounts:kube-system" in request.userInfo.groups || "system:serviceaccounts:fleet-system" in request.userInfo.groups`;

const policy: KubeObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: guardName, labels: managedLabels },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: { matchLabels: managedLabels },
      resourceRules: [
        {
          apiGroups: ['*'],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE', 'DELETE'],
          resources: ['*'],
          scope: '*',
        },
      ],
    },
    validations: [
      {
        expression: owners,
        message: 'Create, Update, or Delete operations on ARM managed resources is forbidden',
        reason: 'Forbidden',
      },
    ],
  },
};

const binding: KubeObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: guardName, labels: managedLabels },
  spec: { policyName: guardName, validationActions: ['Deny'] },
};

interface Guarded {
  readonly client: TypedClient;
  readonly informers: InformerSet;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Keeps the policy that lets nobody but Resource Manager write what carries its label, on a hub or on a member. */
export function startManagedResourceGuard(guarded: Guarded): Controller {
  const { client, informers } = guarded;
  const policies = informers.of(validatingAdmissionPolicies);
  const bound = informers.of(bindings);
  const ownName = ({ metadata }: KubeObject) => (metadata.name === guardName ? guardName : undefined);
  const controller = runController({
    ...guarded,
    name: 'managed-resource-guard',
    watches: [watchKeys(policies, ownName), watchKeys(bound, ownName)],
    async reconcile() {
      await restore(policies.get(guardName), policy, client);
      await restore(bound.get(guardName), binding, client);
      return undefined;
    },
  });
  controller.enqueue(guardName);
  return controller;
}

async function restore(
  found: KubeObject | undefined,
  wanted: KubeObject,
  client: TypedClient,
): Promise<void> {
  const isRight =
    found !== undefined &&
    jsonEqual(found['spec'] ?? {}, wanted['spec'] ?? {}) &&
    found.metadata.labels?.[Object.keys(managedLabels)[0] ?? ''] === 'arm';
  if (isRight) return;
  const kind = wanted.kind === 'ValidatingAdmissionPolicy' ? validatingAdmissionPolicies : bindings;
  await client.patch(
    kind,
    { name: guardName },
    { type: 'apply', body: wanted },
    { fieldManager: 'fleet', force: true },
  );
}

/** Whether a cluster has the policy, as one that is a member or went out of its fleet while it did not run. */
export async function isGuarded(client: TypedClient): Promise<boolean> {
  return (await client.find(validatingAdmissionPolicies, { name: guardName })) !== undefined;
}

/** Takes the policy, and the labels that it guards, off a member that leaves: what it keeps is its own. */
export async function leaveToUsers(client: TypedClient): Promise<void> {
  await unlabelAll(client);
  await ignoringMissing(client.delete(bindings, { name: guardName }));
  await ignoringMissing(client.delete(validatingAdmissionPolicies, { name: guardName }));
}
