import type { Resource } from './api.tsx';
import { useList } from './api.tsx';
import { groupOf, Lines, placeOf, State, Table, Waiting } from './parts.tsx';
import { words } from './words.tsx';

const ofType = (all: readonly Resource[], type: RegExp) => all.filter((one) => type.test(one.type));

export function Overview({ subscription }: { readonly subscription: string }) {
  const resources = useList(
    `/subscriptions/${subscription}/resources?api-version=2021-04-01&$expand=provisioningState`,
  );
  return (
    <>
      <h1>{words.overview}</h1>
      <Waiting what="all resources" loaded={resources}>
        {(all) => <Estate all={all} />}
      </Waiting>
    </>
  );
}

function Estate({ all }: { readonly all: readonly Resource[] }) {
  const fleets = ofType(all, /^microsoft\.containerservice\/fleets$/i);
  const clusters = ofType(all, /\/(managedClusters|connectedClusters)$/i);
  const moving = all.filter(
    ({ provisioningState: state }) =>
      typeof state === 'string' && !/^(succeeded|failed|canceled)$/i.test(state),
  );
  const figures = [
    ['Fleets', fleets.length],
    ['Clusters', clusters.length],
    ['Under way', moving.length],
    ['Resources', all.length],
  ] as const;
  const columns = [
    { title: 'Name', cell: (one: Resource) => <a href={placeOf(one)}>{one.name}</a> },
    { title: 'Resource group', cell: (one: Resource) => groupOf(one.id) },
    { title: 'Region', cell: (one: Resource) => one.location },
    { title: 'State', cell: (one: Resource) => <State value={one['provisioningState']} /> },
  ];
  return (
    <>
      <dl class="figures">
        {figures.map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
      <h2>Fleets</h2>
      <Table caption="Fleets" rows={fleets} columns={columns} empty={words.noFleets} />
      {fleets.length === 0 && (
        <pre class="first" tabIndex={0}>
          {
            'az group create -n fleet-group -l westeurope\naz fleet create -g fleet-group -n fleet -l westeurope --enable-hub'
          }
        </pre>
      )}
      <h2>Clusters</h2>
      <Table caption="Clusters" rows={clusters} columns={columns} empty={words.noResources} />
      <Lines lines={['az fleet list -o table', 'az aks list -o table', 'az connectedk8s list -o table']} />
    </>
  );
}
