import type { AdmissionStep } from '../../apimachinery/admission.ts';
import type { Clock } from '../../base/index.ts';
import { alwaysPullImages } from '../admission/always-pull-images.ts';
import { certificateApproval, certificateSigning } from '../admission/certificate-approval.ts';
import { certificateRequests } from '../admission/certificate-requests.ts';
import { certificateSubjects } from '../admission/certificate-subjects.ts';
import { claimResize } from '../admission/claim-resize.ts';
import { crdStatus } from '../admission/crd-status.ts';
import { defaultIngressClass, defaultStorageClass } from '../admission/default-classes.ts';
import { denyServiceExternalIps } from '../admission/deny-service-external-ips.ts';
import { extendedResourceTolerations } from '../admission/extended-resource-tolerations.ts';
import { limitRanger } from '../admission/limit-ranger.ts';
import { immortalNamespaces, namespaceLifecycle } from '../admission/namespace-lifecycle.ts';
import { nodeRestriction } from '../admission/node-restriction/step.ts';
import { nodeTaints } from '../admission/node-taints.ts';
import { ownerPermissions } from '../admission/owner-permissions.ts';
import { paramRights } from '../admission/param-rights.ts';
import { podSecurity } from '../admission/pod-security/step.ts';
import { podPriority, podServiceAccount, podTolerations } from '../admission/pods.ts';
import { priorityClasses, systemPriorityClasses } from '../admission/priority-classes.ts';
import { rbacEscalation } from '../admission/rbac-escalation.ts';
import { resourceQuota } from '../admission/resource-quota.ts';
import { runtimeClasses } from '../admission/runtime-classes.ts';
import { serviceAddressObjects } from '../admission/service-address-objects.ts';
import { serviceAddresses } from '../admission/service-addresses.ts';
import { storageProtection } from '../admission/storage-protection.ts';
import { tlsSecrets } from '../admission/tls-secrets.ts';
import { volumePhases } from '../admission/volume-phases.ts';
import type { WriteState, WriteStep } from '../call/call.ts';
import type { AdmissionMetrics } from '../metrics/admission-metrics.ts';
import { insert, replace } from './commit.ts';
import { measured } from './measured.ts';
import { type ActivePlugIns, activePlugIns, isPlugIn, type PlugInSwitches } from './plug-ins.ts';
import { generation, identify, ownersOnce, prepare, stillInPlace } from './prepare.ts';
import { remove } from './removal.ts';
import { notEnforced, rightToCreate, rules } from './rules.ts';
import { defaults, place, track } from './take.ts';

/** What whoever makes a server decides about its steps. */
export interface StepChoices {
  readonly plugIns: PlugInSwitches;
  readonly serviceCidr: string;
  readonly metrics: AdmissionMetrics;
  readonly clock: Clock;
  readonly rbac: Parameters<typeof rbacEscalation>[0];
  readonly registrar: Parameters<typeof crdStatus>[0];
  readonly policies: { readonly mutating: AdmissionStep; readonly validating: AdmissionStep };
  readonly webhooks: { readonly mutating: AdmissionStep; readonly validating: AdmissionStep };
  /** Steps that this server has besides those of every server. */
  readonly own: readonly AdmissionStep[];
}

/**
 * What every write goes through, from the top: create, update, every patch, apply, subresources, delete. Before the
 * list the verb reads the body and works out from it, and from what there is, the state that its caller wants.
 *
 * The order is the real server's: `endpoints/handlers/{create,update,patch,delete}.go`, `registry/rest/{create,update}.go` and
 * `registry/generic/registry/store.go` of k8s.io/apiserver.
 */
export function writeSteps(choices: StepChoices): { steps: readonly WriteStep[]; plugIns: ActivePlugIns } {
  const all = admissionSteps(choices);
  const plugIns = activePlugIns(new Set(all.map(({ name }) => name)), choices.plugIns);
  const admission = all.filter(({ name }) => !isPlugIn(name) || plugIns.names.includes(name));
  const steps = [
    place,
    defaults,
    // Before the server adds anything: what it adds, and what admission adds, belongs to nobody.
    track,
    ...admission.flatMap((step) => mutating(step, choices)),
    ownersOnce,
    stillInPlace,
    // From here on it has a name and an identity; mutating admission sees neither, as in the real server.
    identify,
    // After admission, which may have changed what the kind works out from the object.
    prepare,
    ...admission.flatMap(completing),
    generation,
    rules,
    rightToCreate,
    // What is final is judged: nothing changes the object any more.
    ...admission.flatMap((step) => validating(step, choices)),
    notEnforced,
    insert,
    replace,
    remove,
  ];
  return { steps, plugIns };
}

/**
 * Admission. Plug-ins stand in the real server's order; mutating and validating parts run in the order of this list, all
 * mutating ones first. Steps with names of their own are what the real server's storage of a kind does.
 */
function admissionSteps({
  serviceCidr,
  rbac,
  registrar,
  own,
  policies,
  webhooks,
}: StepChoices): readonly AdmissionStep[] {
  return [
    // That a namespace is going is the first thing to know.
    namespaceLifecycle,
    immortalNamespaces,
    limitRanger,
    podServiceAccount,
    nodeRestriction,
    nodeTaints,
    alwaysPullImages,
    podSecurity,
    podPriority,
    podTolerations,
    extendedResourceTolerations,
    defaultStorageClass,
    storageProtection,
    ownerPermissions,
    claimResize,
    runtimeClasses,
    // Judged with the kind's own rules, which come before rights on signers.
    certificateRequests,
    certificateApproval,
    certificateSigning,
    certificateSubjects,
    paramRights,
    defaultIngressClass,
    denyServiceExternalIps,
    priorityClasses,
    systemPriorityClasses,
    tlsSecrets,
    volumePhases,
    serviceAddresses(serviceCidr),
    serviceAddressObjects,
    crdStatus(registrar),
    // What a cluster adds of its own stands where the real server asks webhooks.
    ...own,
    policies.mutating,
    webhooks.mutating,
    // Rights are asked about what admission made of a role, and before anything is said of what is wrong with it.
    rbacEscalation(rbac),
    policies.validating,
    webhooks.validating,
    // Counted is what nobody else refuses.
    resourceQuota,
  ];
}

function mutating(step: AdmissionStep, choices: StepChoices): WriteStep[] {
  return step.mutate ? [measured(stepOf(step, 'mutate', step.mutate), 'admit', choices)] : [];
}

function completing(step: AdmissionStep): WriteStep[] {
  return step.complete ? [stepOf(step, 'prepare', step.complete)] : [];
}

function validating(step: AdmissionStep, choices: StepChoices): WriteStep[] {
  return step.validate ? [measured(stepOf(step, 'validate', step.validate), 'validate', choices)] : [];
}

function stepOf(
  step: AdmissionStep,
  part: WriteStep['part'],
  run: NonNullable<AdmissionStep['mutate']>,
): WriteStep {
  return {
    name: step.name,
    part,
    alone: step.alone === true,
    concerns: (target) => step.concerns?.(target) ?? true,
    run: (state: WriteState) => run.call(step, state, state.parts.view),
  };
}
