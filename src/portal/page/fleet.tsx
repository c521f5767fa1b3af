import { type Resource, useList, useOne } from './api.tsx';
import { HubAccess } from './hub-access.tsx';
import { field, groupOf, Lines, lastOf, placeOf, quoted, State, Table, text, Waiting } from './parts.tsx';
import { words } from './words.tsx';

const version = 'api-version=2025-08-01-preview';

export function FleetPage({ id }: { readonly id: string }) {
  const fleet = useOne(`${id}?${version}`);
  const members = useList(`${id}/members?${version}`);
  const runs = useList(`${id}/updateRuns?${version}`);
  const place = `-g ${quoted(groupOf(id))} -n ${quoted(lastOf(id))}`;
  const inside = `-g ${quoted(groupOf(id))} --fleet-name ${quoted(lastOf(id))}`;
  return (
    <>
      <h1>{lastOf(id)}</h1>
      <Waiting what="the fleet" loaded={fleet}>
        {(value) => <Facts fleet={value} />}
      </Waiting>
      <h2>Members</h2>
      <Waiting what="its members" loaded={members}>
        {(all) => <Members all={all} />}
      </Waiting>
      <h2>Update runs</h2>
      <Waiting what="its update runs" loaded={runs}>
        {(all) => <Runs all={all} />}
      </Waiting>
      {fleet.state === 'there' && <HubAccess fleet={fleet.value} />}
      <Lines
        lines={[
          `az fleet show ${place}`,
          `az fleet member list ${inside} -o table`,
          `az fleet updaterun list ${inside} -o table`,
          `az fleet get-credentials ${place}`,
          'kubectl get memberclusters',
          `az fleet member create ${inside} -n MEMBER --member-cluster-id CLUSTER_ID`,
          `az fleet member delete ${inside} -n MEMBER`,
        ]}
      />
    </>
  );
}

const hubKind = 'memberclusters.cluster.kubernetes-fleet.io';

function Facts({ fleet }: { readonly fleet: Resource }) {
  const hub = field(fleet, 'properties', 'hubProfile');
  const isPrivate = field(hub, 'apiServerAccessProfile', 'enablePrivateCluster') === true;
  const facts = [
    ['State', <State value={field(fleet, 'properties', 'provisioningState')} />],
    ['Region', fleet.location],
    [
      'Hub',
      hub === undefined ? (
        'none'
      ) : isPrivate ? (
        'private'
      ) : (
        <a href={`#/cluster?id=${encodeURIComponent(fleet.id)}&kind=${hubKind}`}>public</a>
      ),
    ],
    ['Kubernetes', text(field(hub, 'kubernetesVersion')) || 'none'],
  ] as const;
  return (
    <dl class="figures">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const typeOf = (id: string) => /\/providers\/([^/]+\/[^/]+)\/[^/]+$/i.exec(id)?.[1] ?? '';

function Members({ all }: { readonly all: readonly Resource[] }) {
  const labels = (one: Resource) => Object.entries(field(one, 'properties', 'labels') ?? {});
  const cluster = (one: Resource) => text(field(one, 'properties', 'clusterResourceId'));
  return (
    <Table
      caption="Members"
      rows={all}
      empty={words.noMembers}
      columns={[
        { title: 'Name', cell: (one) => one.name },
        { title: 'State', cell: (one) => <State value={field(one, 'properties', 'provisioningState')} /> },
        { title: 'Group', cell: (one) => text(field(one, 'properties', 'group')) },
        {
          title: 'Cluster',
          cell: (one) => (
            <a href={placeOf({ id: cluster(one), type: typeOf(cluster(one)) })}>{lastOf(cluster(one))}</a>
          ),
        },
        {
          title: 'Labels',
          cell: (one) =>
            labels(one)
              .map(([name, value]) => `${name}=${value}`)
              .join(' '),
        },
      ]}
    />
  );
}

interface Stage {
  readonly run: string;
  readonly stage: unknown;
}

function Runs({ all }: { readonly all: readonly Resource[] }) {
  const rows = all.flatMap((run): Stage[] => {
    const stages = field(run, 'properties', 'status', 'stages');
    return Array.isArray(stages)
      ? stages.map((stage) => ({ run: run.name, stage }))
      : [{ run: run.name, stage: undefined }];
  });
  return (
    <Table
      caption="Update runs by stage"
      rows={rows}
      empty={words.noRuns}
      columns={[
        { title: 'Run', cell: ({ run }) => run },
        { title: 'Stage', cell: ({ stage }) => text(field(stage, 'name')) },
        { title: 'State', cell: ({ stage }) => <State value={field(stage, 'status', 'state')} /> },
      ]}
    />
  );
}
