import type { JsonObject } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';
import { readAnnotations, readLabels, readQuantity } from './kubernetes-names.ts';
import { adoptionPolicies, deletePolicies, quotaNames, trafficRules } from './record.ts';

/** What a body asks for, in the documented casing. */
export function readProperties(body: Fields): JsonObject {
  const adoptionPolicy = body.choice('adoptionPolicy', adoptionPolicies);
  if (!adoptionPolicy) throw body.wrong('adoptionPolicy', 'it is required');
  const deletePolicy = body.choice('deletePolicy', deletePolicies);
  if (!deletePolicy) throw body.wrong('deletePolicy', 'it is required');
  return {
    ...(body.has('managedNamespaceProperties') && {
      managedNamespaceProperties: readNamespace(body.object('managedNamespaceProperties')),
    }),
    adoptionPolicy,
    deletePolicy,
    ...(body.has('propagationPolicy') && {
      propagationPolicy: readPropagation(body.object('propagationPolicy')),
    }),
  };
}

function readNamespace(asked: Fields): JsonObject {
  const quota = asked.object('defaultResourceQuota');
  const network = asked.object('defaultNetworkPolicy');
  return {
    ...(asked.has('labels') && { labels: readLabels(asked) }),
    ...(asked.has('annotations') && { annotations: readAnnotations(asked) }),
    ...(asked.has('defaultResourceQuota') && {
      defaultResourceQuota: present(Object.keys(quotaNames), (name) => readQuantity(quota, name)),
    }),
    ...(asked.has('defaultNetworkPolicy') && {
      defaultNetworkPolicy: present(['ingress', 'egress'], (name) => network.choice(name, trafficRules)),
    }),
  };
}

/** The members that have a value. */
function present(names: readonly string[], read: (name: string) => string | undefined): JsonObject {
  const found = names.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

function readPropagation(asked: Fields): JsonObject {
  const type = asked.choice('type', ['Placement']);
  if (!type) throw asked.wrong('type', 'it is required');
  if (!asked.has('placementProfile')) return { type };
  const profile = asked.object('placementProfile');
  if (!profile.has('defaultClusterResourcePlacement')) return { type, placementProfile: {} };
  const placement = profile.object('defaultClusterResourcePlacement');
  return {
    type,
    placementProfile: {
      defaultClusterResourcePlacement: {
        policy: readPolicy(placement.object('policy')),
        ...(placement.has('rolloutStrategy') && {
          rolloutStrategy: readRollout(placement.object('rolloutStrategy')),
        }),
      },
    },
  };
}

function readRollout(asked: Fields): JsonObject {
  const type = asked.choice('type', ['RollingUpdate', 'External']) ?? 'RollingUpdate';
  if (!asked.has('clusterUpdateStrategy')) return { type };
  const strategy = asked.object('clusterUpdateStrategy');
  if (type !== 'External') {
    throw asked.wrong('clusterUpdateStrategy', 'it goes with the rollout strategy External alone');
  }
  const name = strategy.string('name');
  if (!name) throw strategy.wrong('name', 'it is required');
  return { type, clusterUpdateStrategy: { name } };
}

const memberName = /^[a-z0-9](?:[-a-z0-9]{0,48}[a-z0-9])?$/;
const mostClusterNames = 100;

function readPolicy(asked: Fields): JsonObject {
  const placementType = asked.choice('placementType', ['PickAll', 'PickFixed']) ?? 'PickAll';
  const clusterNames = asked.strings('clusterNames');
  const isFixed = placementType === 'PickFixed';
  if (isFixed && clusterNames.length === 0) {
    throw asked.wrong('clusterNames', 'PickFixed needs the names of members');
  }
  if (!isFixed && clusterNames.length > 0) {
    throw asked.wrong('clusterNames', 'they go with the placement type PickFixed alone');
  }
  if (clusterNames.length > mostClusterNames) {
    throw asked.wrong('clusterNames', `at most ${mostClusterNames} of them`);
  }
  const strange = clusterNames.find((name) => !memberName.test(name));
  if (strange !== undefined) throw asked.wrong('clusterNames', `'${strange}' is no name of a member`);
  if (new Set(clusterNames).size < clusterNames.length) {
    throw asked.wrong('clusterNames', 'one of them stands there twice');
  }
  if (isFixed && (asked.has('affinity') || asked.has('tolerations'))) {
    throw asked.wrong(asked.has('affinity') ? 'affinity' : 'tolerations', 'PickFixed names its clusters');
  }
  return {
    placementType,
    ...(isFixed && { clusterNames }),
    ...(asked.has('affinity') && { affinity: readAffinity(asked.object('affinity')) }),
    ...(asked.has('tolerations') && { tolerations: asked.objects('tolerations').map(readToleration) }),
  };
}

function readAffinity(asked: Fields): JsonObject {
  if (!asked.has('clusterAffinity')) return {};
  const cluster = asked.object('clusterAffinity');
  const name = 'requiredDuringSchedulingIgnoredDuringExecution';
  if (!cluster.has(name)) return { clusterAffinity: {} };
  const terms = cluster.object(name).objects('clusterSelectorTerms').map(readTerm);
  return { clusterAffinity: { [name]: { clusterSelectorTerms: terms } } };
}

function readTerm(asked: Fields): JsonObject {
  const labels = asked.object('labelSelector');
  const properties = asked.object('propertySelector');
  return {
    ...(asked.has('labelSelector') && {
      labelSelector: {
        ...(labels.has('matchLabels') && { matchLabels: labels.stringMap('matchLabels') }),
        ...(labels.has('matchExpressions') && {
          matchExpressions: labels.objects('matchExpressions').map(readLabelRequirement),
        }),
      },
    }),
    ...(asked.has('propertySelector') && {
      propertySelector: {
        matchExpressions: properties.objects('matchExpressions').map(readPropertyRequirement),
      },
    }),
  };
}

function demanded(asked: Fields, name: string): string {
  const value = asked.string(name);
  if (!value) throw asked.wrong(name, 'it is required');
  return value;
}

function readLabelRequirement(asked: Fields): JsonObject {
  const operator = asked.choice('operator', ['In', 'NotIn', 'Exists', 'DoesNotExist']);
  if (!operator) throw asked.wrong('operator', 'it is required');
  return {
    key: demanded(asked, 'key'),
    operator,
    ...(asked.has('values') && { values: asked.strings('values') }),
  };
}

function readPropertyRequirement(asked: Fields): JsonObject {
  const operator = asked.choice('operator', ['Gt', 'Ge', 'Eq', 'Ne', 'Lt', 'Le']);
  if (!operator) throw asked.wrong('operator', 'it is required');
  return { name: demanded(asked, 'name'), operator, values: asked.strings('values') };
}

function readToleration(asked: Fields): JsonObject {
  const operator = asked.choice('operator', ['Exists', 'Equal']) ?? 'Equal';
  const effect = asked.choice('effect', ['NoSchedule']);
  return {
    ...(asked.has('key') && { key: asked.string('key') }),
    operator,
    ...(asked.has('value') && { value: asked.string('value') }),
    ...(effect && { effect }),
  };
}
