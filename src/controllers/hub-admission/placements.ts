import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import { at, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { isPlaceable } from '../shared/placeable.ts';
import type { Verdict, Webhook } from './contract.ts';
import { aggregate, headed, labelSelectorProblem, labelSelectorText } from './go-text.ts';
import { policyErrors } from './placement-policy.ts';
import { strategyErrors } from './placement-strategy.ts';
import { resourceTermText, tolerationText } from './placement-text.ts';

const maxNameChars = 63;

/** What a ClusterResourcePlacement may ask for, and what of it stays. */
export const clusterResourcePlacements: Webhook = {
  name: 'fleet.clusterresourceplacementv1beta1.validating',
  operations: ['CREATE', 'UPDATE'],
  judge: (write, hub) => (write.subresource === '' ? verdict(write, hub) : undefined),
};

function verdict({ object = {}, old }: Write, hub: ClusterView): Verdict {
  if (old) {
    const wrong = placementProblem(old, hub);
    if (wrong !== undefined) {
      // Its finalizers must still come off.
      if (at(object, 'metadata', 'deletionTimestamp') !== undefined) return undefined;
      return `deny update on old invalid v1beta1 CRP with DeletionTimestamp not set ${wrong}`;
    }
    if (typeOf(object) !== typeOf(old)) return 'placement type is immutable';
    const kept = new Set(tolerationsOf(object));
    if (!tolerationsOf(old).every((toleration) => kept.has(toleration))) {
      return 'tolerations have been updated/deleted, only additions to tolerations are allowed';
    }
  }
  const wrong = placementProblem(object, hub);
  return wrong === undefined ? undefined : `deny create/update v1beta1 CRP has invalid fields ${wrong}`;
}

function typeOf(placement: JsonObject): string {
  return textAt(placement, 'spec', 'policy', 'placementType') || 'PickAll';
}

function tolerationsOf(placement: JsonObject): string[] {
  return objectsAt(placement, 'spec', 'policy', 'tolerations').map(tolerationText);
}

function placementProblem(placement: JsonObject, hub: ClusterView): string | undefined {
  const errors: string[] = [];
  if (textAt(placement, 'metadata', 'name').length > maxNameChars) {
    errors.push(`the name field cannot have length exceeding ${maxNameChars}`);
  }
  const selectors = objectsAt(placement, 'spec', 'resourceSelectors');
  const mayBeNamespaced = selectors.some(bringsSelectors);
  for (const selector of selectors) {
    errors.push(...labelErrors(selector));
    const scope = scopeOf(selector, hub);
    if (scope.unknown !== undefined) {
      // Upstream stops here: nothing more can be said.
      return aggregate([...errors, `failed to get GVR of the selector: ${scope.unknown}`]);
    }
    if (scope.refused !== undefined && !mayBeNamespaced) errors.push(scope.refused);
  }
  const policy = at(placement, 'spec', 'policy');
  if (isObject(policy))
    errors.push(...headed('the placement policy field is invalid: ', policyErrors(policy)));
  const strategy = objectAt(placement, 'spec', 'strategy');
  // The two blanks are upstream's.
  errors.push(...headed('the rollout Strategy field  is invalid: ', strategyErrors(strategy)));
  return aggregate(errors);
}

function bringsSelectors({ group, version, kind, selectionScope }: JsonObject): boolean {
  return (
    group === '' &&
    version === 'v1' &&
    kind === 'Namespace' &&
    selectionScope === 'NamespaceWithResourceSelectors'
  );
}

function labelErrors(selector: JsonObject): string[] {
  const labels: Json | undefined = selector['labelSelector'];
  if (!isObject(labels)) return [];
  const errors: string[] = [];
  if (textAt(selector, 'name') !== '') {
    const shown = resourceTermText(selector);
    errors.push(`the labelSelector and name fields are mutually exclusive in selector ${shown}`);
  }
  const problem = labelSelectorProblem(labels);
  if (problem !== undefined) {
    errors.push(`the labelSelector in resource selector ${labelSelectorText(labels)} is invalid: ${problem}`);
  }
  return errors;
}

/** Whether the hub serves the kind of a selector, and whether placements of the whole hub may select it. */
function scopeOf(
  selector: JsonObject,
  hub: ClusterView,
): { readonly unknown?: string; readonly refused?: string } {
  const [group, version, kind] = [
    textAt(selector, 'group'),
    textAt(selector, 'version'),
    textAt(selector, 'kind'),
  ];
  const served = hub.kind(group, version, kind);
  if (!served) {
    const apiVersion = group === '' ? version : `${group}/${version}`;
    return { unknown: `no matches for kind "${kind}" in version "${apiVersion}"` };
  }
  const isFollowed =
    served.verbs.includes('list') && served.verbs.includes('watch') && isPlaceable({ group, kind });
  if (isFollowed && !served.namespaced) return {};
  const about = `${group}/${version}, Kind=${kind}`;
  return {
    refused: `the resource is not found in schema (please retry) or it is not a cluster scoped resource: ${about}`,
  };
}
