import { useEffect, useState } from 'preact/hooks';
import { type Loaded, useLoaded, useOne } from './api.tsx';
import { type Cluster, follow, type Kind, keyOf, type Listed, pathOf, readKinds } from './cluster-api.tsx';
import { ObjectPage } from './cluster-object.tsx';
import { field, groupOf, Lines, lastOf, quoted, text, Waiting } from './parts.tsx';
import { WindowedTable } from './windowed.tsx';
import { words } from './words.tsx';

const version = 'api-version=2025-08-01-preview';
const clusterVersion = 'api-version=2025-05-01';
const isFleet = (id: string) => /\/fleets\/[^/]+$/i.test(id);

/** A cluster of AKS, or the hub of a fleet, by its own API. */
export function ClusterPage({ id, query }: { readonly id: string; readonly query: URLSearchParams }) {
  const resource = useOne(`${id}?${isFleet(id) ? version : clusterVersion}`);
  return (
    <>
      <h1>
        <a href={`#/cluster?id=${encodeURIComponent(id)}`}>
          {lastOf(id)}
          {isFleet(id) && ' · hub'}
        </a>
      </h1>
      <Waiting what="the cluster" loaded={resource}>
        {({ properties }) => {
          const profile = isFleet(id) ? field(properties, 'hubProfile') : properties;
          const hostName = text(field(profile, 'privateFQDN')) || text(field(profile, 'fqdn'));
          if (hostName === '') return <p class="empty">{words.noApiServer}</p>;
          return <Inside id={id} query={query} cluster={{ hostName, audience: 'kubernetes' }} />;
        }}
      </Waiting>
      <Lines lines={[credentials(id), ...kubectlLines(query)]} />
    </>
  );
}

function credentials(id: string): string {
  return `az ${isFleet(id) ? 'fleet' : 'aks'} get-credentials -g ${quoted(groupOf(id))} -n ${quoted(lastOf(id))}`;
}

function kubectlLines(query: URLSearchParams): string[] {
  const kind = quoted(query.get('kind') ?? 'nodes');
  const name = query.get('name');
  if (!name) return [`kubectl get ${kind} -A --watch`];
  const namespace = query.get('ns');
  const place = `${kind} ${quoted(name)}${namespace ? ` -n ${quoted(namespace)}` : ''}`;
  return [`kubectl get ${place} -o json`, `kubectl edit ${place}`, `kubectl delete ${place}`];
}

function Inside(given: { readonly id: string; readonly query: URLSearchParams; readonly cluster: Cluster }) {
  const { id, query, cluster } = given;
  const kinds = useLoaded(cluster.hostName, (_, signal) => readKinds(cluster, signal));
  const asked = query.get('kind') ?? 'nodes';
  return (
    <Waiting what="its kinds" loaded={kinds}>
      {(all) => {
        const kind = all.find((one) => keyOf(one) === asked);
        return (
          <>
            <Kinds all={all} id={id} current={asked} />
            {kind === undefined ? (
              <p class="empty">{words.noKind}</p>
            ) : query.get('name') ? (
              <ObjectPage cluster={cluster} kind={kind} query={query} />
            ) : (
              <Rows key={asked} id={id} cluster={cluster} kind={kind} />
            )}
          </>
        );
      }}
    </Waiting>
  );
}

const first = [
  'nodes',
  'pods',
  'deployments.apps',
  'services',
  'events',
  'memberclusters.cluster.kubernetes-fleet.io',
];

const place = (id: string, kind: string) =>
  `#/cluster?id=${encodeURIComponent(id)}&kind=${encodeURIComponent(kind)}`;

function Kinds({
  all,
  id,
  current,
}: {
  readonly all: readonly Kind[];
  readonly id: string;
  readonly current: string;
}) {
  const keys = all.map(keyOf);
  return (
    <nav class="kinds" aria-label={words.kinds}>
      {first
        .filter((key) => keys.includes(key))
        .map((key) => (
          <a key={key} href={place(id, key)} aria-current={key === current ? 'page' : undefined}>
            {key.split('.')[0]}
          </a>
        ))}
      <label>
        {words.kind}
        <select
          aria-label={words.kind}
          value={current}
          onChange={(event) => {
            location.hash = place(id, event.currentTarget.value);
          }}
        >
          {keys.toSorted().map((key) => (
            <option key={key} value={key}>
              {key}
            </option>
          ))}
        </select>
      </label>
    </nav>
  );
}

function useFollowed(cluster: Cluster, kind: Kind): Loaded<Listed> {
  const [loaded, setLoaded] = useState<Loaded<Listed>>({ state: 'loading' });
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const show = (value: Listed) => setLoaded({ state: 'there', value });
    follow(cluster, pathOf(kind), { signal, show }).catch((thrown: Error) => {
      if (!signal.aborted) setLoaded({ state: 'failed', reason: thrown.message });
    });
    return () => ended.abort();
  }, [cluster.hostName, keyOf(kind)]);
  return loaded;
}

function Rows({
  id,
  cluster,
  kind,
}: {
  readonly id: string;
  readonly cluster: Cluster;
  readonly kind: Kind;
}) {
  const loaded = useFollowed(cluster, kind);
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  return (
    <Waiting what={keyOf(kind)} loaded={loaded}>
      {({ columns, rows, isLive }) => {
        const fitting = rows.filter(({ namespace, cells }) =>
          `${namespace} ${cells.join(' ')}`.toLowerCase().includes(wanted),
        );
        return (
          <>
            <div class="filter">
              <label>
                {words.filterRows}
                <input
                  type="search"
                  value={filter}
                  onInput={(event) => setFilter(event.currentTarget.value)}
                />
              </label>
              <span class={`state ${isLive ? 'good' : 'moving'}`}>{isLive ? words.live : words.notLive}</span>
              <span>
                {fitting.length} of {rows.length}
              </span>
            </div>
            <WindowedTable
              caption={keyOf(kind)}
              columns={kind.isNamespaced ? [words.namespace, ...columns] : columns}
              rows={fitting}
              isNamespaced={kind.isNamespaced}
              href={({ namespace, name }) =>
                `${place(id, keyOf(kind))}&ns=${encodeURIComponent(namespace)}&name=${encodeURIComponent(name)}`
              }
            />
          </>
        );
      }}
    </Waiting>
  );
}
