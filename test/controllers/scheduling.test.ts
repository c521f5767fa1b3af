import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Binding, PlacementPolicy } from '../../src/controllers/kinds/placement.ts';
import { choose } from '../../src/controllers/placement-scheduler/choose.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Cluster, decide, memberOf, type Question } from './scheduling-model.ts';

const seeds = process.env['SEED'] ? [process.env['SEED']] : ['1', '2', '3', '4'];
const rounds = Number(process.env['ROUNDS'] ?? 400);
const nowMs = Date.UTC(2026, 5, 1);

/** Draws from a seed. */
class Dice {
  readonly #random;

  constructor(seed: string) {
    this.#random = seededRandom(seed);
  }

  below(bound: number): number {
    return this.#random.integer(bound);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  one<T>(...choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  some<T>(all: readonly T[], percent: number): T[] {
    return all.filter(() => this.chance(percent));
  }
}

const labelKeys = ['region', 'tier'] as const;
const properties = ['size', 'resources.kubernetes-fleet.io/total-cpu'] as const;

function drawCluster(dice: Dice, name: string): Cluster {
  const labels: Record<string, string> = {};
  for (const key of dice.some(labelKeys, 80)) labels[key] = dice.one('a', 'b', 'c');
  return {
    name,
    labels,
    taints: dice.some(['dedicated=db', 'old', 'gpu=yes'], 12),
    size: dice.chance(85) ? dice.below(6) : undefined,
    cpu: dice.chance(85) ? 2 ** dice.below(4) : undefined,
    state: dice.chance(85) ? 'well' : dice.one('silent', 'sick', 'new', 'leaving'),
    namespaces: dice.chance(70) ? dice.some(['team', 'other'], 70) : undefined,
  };
}

function drawTerm(dice: Dice) {
  return {
    ...(dice.chance(60) && {
      labelSelector: { matchLabels: { [dice.one(...labelKeys)]: dice.one('a', 'b') } },
    }),
    ...(dice.chance(50) && {
      propertySelector: {
        matchExpressions: [
          {
            name: dice.one(...properties),
            operator: dice.one('Gt', 'Ge', 'Eq', 'Ne', 'Lt', 'Le'),
            values: [String(dice.below(6))],
          },
        ],
      },
    }),
  };
}

function drawPolicy(dice: Dice, names: readonly string[]): PlacementPolicy {
  const placementType = dice.one('PickAll', 'PickN', 'PickN', 'PickN', 'PickFixed' as const);
  if (placementType === 'PickFixed') {
    return { placementType, clusterNames: [...dice.some(names, 40), ...dice.some(['nowhere'], 20)] };
  }
  const required = Array.from({ length: dice.below(3) }, () => drawTerm(dice));
  const preferred = Array.from({ length: placementType === 'PickN' ? dice.below(4) : 0 }, () => ({
    weight: dice.one(-60, 0, 10, 33, 100),
    preference: {
      ...drawTerm(dice),
      ...(dice.chance(60) && {
        propertySorter: { name: dice.one(...properties), sortOrder: dice.one('Ascending', 'Descending') },
      }),
    },
  }));
  const spread = placementType === 'PickN' ? dice.some(labelKeys, 40) : [];
  return {
    placementType,
    affinity: {
      clusterAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: required },
        preferredDuringSchedulingIgnoredDuringExecution: preferred,
      },
    },
    tolerations: dice.some(
      [
        { key: 'dedicated', operator: 'Equal', value: dice.one('db', 'web') },
        { key: 'gpu', operator: 'Exists' },
        { operator: 'Exists' },
      ],
      15,
    ),
    ...(spread.length > 0 && {
      topologySpreadConstraints: spread.map((topologyKey) => ({
        ...{ topologyKey, maxSkew: 1 + dice.below(2) },
        whenUnsatisfiable: dice.one('DoNotSchedule', 'ScheduleAnyway'),
      })),
    }),
  };
}

function drawQuestion(dice: Dice): Question {
  const names = Array.from({ length: dice.below(9) }, (_, at) => `c${at}`);
  const clusters = names.map((name) => drawCluster(dice, name));
  const policy = drawPolicy(dice, names);
  const staying = clusters.filter(({ state }) => state !== 'leaving').map(({ name }) => name);
  const named = policy.placementType === 'PickFixed' ? (policy.clusterNames ?? []) : staying;
  const held = dice.some(
    staying.filter((name) => named.includes(name)),
    25,
  );
  const former = dice.some(
    staying.filter((name) => !held.includes(name)),
    25,
  );
  const count = dice.below(7);
  return {
    ...{ policy, clusters, former, count },
    namespace: dice.chance(30) ? 'team' : undefined,
    // What is too much has been dropped before.
    held: policy.placementType === 'PickN' ? held.slice(0, count) : held,
  };
}

function bindingOn(targetCluster: string): Binding {
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourceBinding',
    metadata: { name: targetCluster },
    spec: {
      ...{ state: 'Bound', targetCluster, resourceSnapshotName: '', schedulingPolicySnapshotName: '' },
      clusterDecision: { clusterName: targetCluster, selected: true, reason: '' },
    },
  };
}

for (const seed of seeds) {
  test(`clusters are chosen, in their order and with their reasons, as a small model says (SEED=${seed})`, () => {
    const dice = new Dice(`scheduling ${seed}`);
    const seen = { picked: 0, rejected: 0 };
    for (let round = 0; round < rounds; round++) {
      const question = drawQuestion(dice);
      const choice = choose({
        policy: question.policy,
        namespace: question.namespace,
        members: question.clusters.map((cluster) => memberOf(cluster, nowMs)),
        kept: question.held.map(bindingOn),
        obsolete: question.former.map(bindingOn),
        ...{ count: question.count, nowMs },
      });
      const answer = decide(question);
      const asked = `round ${round}: ${JSON.stringify(question)}`;
      assert.deepEqual(
        choice.picked.map(({ reason }) => reason),
        answer.picked,
        asked,
      );
      assert.deepEqual(
        choice.rejected.map(({ reason }) => reason),
        answer.rejected,
        asked,
      );
      assert.equal(choice.isFulfilled, answer.fulfilled, asked);
      assert.ok(
        choice.picked.every(({ selected }) => selected) && !choice.rejected.some(({ selected }) => selected),
      );
      seen.picked += answer.picked.length;
      seen.rejected += answer.rejected.length;
    }
    // What never happens shows nothing.
    assert.ok(seen.picked > rounds / 2 && seen.rejected > rounds / 2, JSON.stringify(seen));
  });
}
