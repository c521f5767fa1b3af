import { findCondition } from '../../src/apimachinery/conditions.ts';
import type { FullCondition } from '../../src/apimachinery/meta.ts';
import type { JsonObject } from '../../src/base/index.ts';
import {
  type Binding,
  clusterFamily,
  type Placement,
  type PlacementPolicy,
} from '../../src/controllers/kinds/placement.ts';
import { clusterUpdateRuns, type StageConfig, type UpdateRun } from '../../src/controllers/kinds/staged.ts';
import type { TestHub } from './fleet-hub.ts';
import { eventually } from './harness.ts';

const { runs, strategies, approvals } = clusterUpdateRuns;

/** Conditions of a run, a stage, a cluster, a task or a request. */
type Said = { conditions?: FullCondition[] } | undefined;

export function condition(of: Said, type: string): FullCondition | undefined {
  return findCondition(of?.conditions, type);
}

/** `True UpdateRunProgressing`, or '' when nothing is said. */
export function said(of: Said, type: string): string {
  const { status, reason } = condition(of, type) ?? {};
  return status ? `${status} ${reason}` : '';
}

/** The stage of the members with a label. */
export const env = (value: string) => ({ labelSelector: { matchLabels: { env: value } } });

/** Names of the clusters of a stage that began and did not end. */
export function updating(run: UpdateRun, stage: number): string[] {
  return (run.status?.stagesStatus?.[stage]?.clusters ?? [])
    .filter((it) => said(it, 'Started') !== '' && said(it, 'Succeeded') === '')
    .map(({ clusterName }) => clusterName);
}

export interface RunWish {
  readonly name?: string;
  readonly strategy?: string;
  readonly state?: 'Initialize' | 'Run' | 'Stop';
  readonly index?: string;
}

/** What a person does with update runs on a hub, and waits for. */
export class UpdateRuns {
  readonly hub: TestHub;

  constructor(hub: TestHub) {
    this.hub = hub;
  }

  /** A namespace, a placement of it that others roll out, and a strategy, all of one name. */
  async prepare(
    name: string,
    {
      stages,
      policy,
      strategy = { type: 'External' },
    }: {
      readonly stages?: readonly StageConfig[];
      readonly policy?: PlacementPolicy;
      readonly strategy?: Placement['spec']['strategy'];
    } = {},
  ): Promise<void> {
    await this.hub.makeNamespace(name);
    const { placements } = clusterFamily;
    await this.hub.client.create(placements, {
      apiVersion: placements.apiVersion,
      kind: placements.kind,
      metadata: { name },
      spec: {
        resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name }],
        ...(strategy ? { strategy } : {}),
        ...(policy ? { policy } : {}),
      },
    });
    if (stages) await this.makeStrategy(name, stages);
  }

  async makeStrategy(name: string, stages: readonly StageConfig[]): Promise<void> {
    const { apiVersion, kind } = strategies;
    const spec = { stages: [...stages] };
    await this.hub.client.create(strategies, { apiVersion, kind, metadata: { name }, spec });
  }

  async makeRun(placementName: string, wish: RunWish = {}): Promise<void> {
    const { name = placementName, strategy = placementName, state = 'Run', index } = wish;
    const { apiVersion, kind } = runs;
    await this.hub.client.create(runs, {
      apiVersion,
      kind,
      metadata: { name },
      spec: {
        placementName,
        stagedRolloutStrategyName: strategy,
        state,
        ...(index === undefined ? {} : { resourceSnapshotIndex: index }),
      },
    });
  }

  until(name: string, holds: (run: UpdateRun) => boolean): Promise<UpdateRun> {
    return this.hub.until(runs, { name }, holds);
  }

  /** Resolves when a run has succeeded or failed. */
  over(name: string): Promise<UpdateRun> {
    return this.until(name, ({ status }) => said(status, 'Succeeded') !== '');
  }

  initialized(name: string): Promise<UpdateRun> {
    return this.until(name, ({ status }) => said(status, 'Initialized') !== '');
  }

  progressing(name: string, reason: string): Promise<UpdateRun> {
    return this.until(name, ({ status }) => said(status, 'Progressing').endsWith(` ${reason}`));
  }

  async setState(name: string, state: 'Run' | 'Stop'): Promise<void> {
    await this.hub.client.patch(runs, { name }, { type: 'merge', body: { spec: { state } } });
  }

  async approve(name: string): Promise<void> {
    const request = await this.hub.until(approvals, { name }, () => true);
    const conditions = [approved(request.metadata.generation)];
    const patch = { type: 'merge', body: { status: { conditions } } } as const;
    await this.hub.server.client.patch(approvals, { name }, patch, { subresource: 'status' });
  }

  async change(placement: string, spec: JsonObject): Promise<void> {
    const body = { spec };
    await this.hub.client.patch(clusterFamily.placements, { name: placement }, { type: 'merge', body });
  }

  async bindingsOf(placement: string): Promise<Map<string, Binding>> {
    const { items } = await this.hub.client.list(clusterFamily.bindings, {
      labelSelector: `kubernetes-fleet.io/parent-CRP=${placement}`,
    });
    return new Map(items.map((binding) => [binding.spec.targetCluster, binding]));
  }

  placementIs(name: string, holds: (placement: Placement) => boolean): Promise<Placement> {
    return this.hub.until(clusterFamily.placements, { name }, holds);
  }

  async gone(kind: Parameters<typeof eventually>[1], name: string): Promise<void> {
    await eventually(this.hub.server.client, kind, { name }, (it) => it === undefined);
  }
}

/** What a person says to approve. */
export function approved(observedGeneration = 0): FullCondition {
  return {
    type: 'Approved',
    status: 'True',
    reason: 'Seen',
    message: 'go',
    observedGeneration,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
}
