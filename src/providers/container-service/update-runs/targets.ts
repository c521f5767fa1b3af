import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { fleetMemberType, serviceLabels } from '../fleet-members/record.ts';
import { labelSelector } from '../update-strategies/member-selector.ts';

/** A member of the fleet as strategies see it. */
export interface Target {
  readonly name: string;
  readonly clusterResourceId: string;
  readonly group: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** The members of a fleet, by name. */
export async function targetsOf(fleetId: string, records: RecordReader): Promise<Target[]> {
  const members = await records.list(`${fleetId}/members`, fleetMemberType);
  const staying = members.filter(({ provisioningState }) => provisioningState !== 'Leaving');
  const targets = await Promise.all(staying.map((member) => targetOf(member, records)));
  return targets.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function targetOf(member: ResourceRecord, records: RecordReader): Promise<Target> {
  const properties = new Fields(member.properties);
  const clusterResourceId = properties.string('clusterResourceId') ?? '';
  const cluster = await records.get(clusterResourceId);
  return {
    name: member.name,
    clusterResourceId,
    group: properties.string('group'),
    labels: { ...properties.stringMap('labels'), ...(cluster && serviceLabels(member, cluster)) },
  };
}

/** Members by the steps of a strategy; whoever fits several stands in the first one only, so that it is updated once. */
export class Selection {
  readonly #left: Map<string, Target>;

  constructor(targets: readonly Target[]) {
    this.#left = new Map(targets.map((target) => [target.name, target]));
  }

  /**
   * Takes out those that fit a stage, by its groups; all of them together when it has none. A selector of a group goes before
   * its name.
   */
  take(stage: Fields, groups: readonly Fields[]): Target[][] {
    const isInStage = selectorOf(stage);
    const fitting = new Set([...this.#left.values()].filter(isInStage));
    const isIn = groups.length > 0 ? groups.map(groupTest) : [() => true];
    return isIn.map((fits) => {
      const taken = [...fitting].filter(fits);
      for (const target of taken) {
        fitting.delete(target);
        this.#left.delete(target.name);
      }
      return taken;
    });
  }
}

function groupTest(group: Fields): (target: Target) => boolean {
  if (group.has('memberSelector')) return selectorOf(group);
  const name = group.string('name');
  return (target) => target.group === name;
}

function selectorOf(step: Fields): (target: Target) => boolean {
  const byLabel = step.object('memberSelector').string('byLabel');
  if (byLabel === undefined) return () => true;
  const fits = labelSelector(byLabel);
  return ({ labels }) => fits(labels);
}
