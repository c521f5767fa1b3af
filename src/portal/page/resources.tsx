import { useState } from 'preact/hooks';
import { type Resource, useList, useOne } from './api.tsx';
import { field, groupOf, Lines, placeOf, quoted, Table, text, Waiting } from './parts.tsx';
import { words } from './words.tsx';

export function Resources({ subscription }: { readonly subscription: string }) {
  const resources = useList(`/subscriptions/${subscription}/resources?api-version=2021-04-01`);
  const [filter, setFilter] = useState('');
  const fits = ({ name, type, id }: Resource) =>
    `${name} ${type} ${groupOf(id)}`.toLowerCase().includes(filter.toLowerCase());
  const columns = [
    { title: 'Name', cell: (one: Resource) => <a href={placeOf(one)}>{one.name}</a> },
    { title: 'Type', cell: (one: Resource) => one.type },
    { title: 'Resource group', cell: (one: Resource) => groupOf(one.id) },
    { title: 'Region', cell: (one: Resource) => one.location },
  ];
  return (
    <>
      <h1>{words.resources}</h1>
      <label class="filter">
        {words.filter}
        <input type="search" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
      </label>
      <Waiting what="all resources" loaded={resources}>
        {(all) => (
          <Table
            caption="Resources"
            rows={all.filter(fits)}
            columns={columns}
            empty={filter === '' ? words.noResources : words.nothingFits}
          />
        )}
      </Waiting>
      <Lines lines={['az group list -o table', 'az resource list -o table']} />
    </>
  );
}

/** The JSON of one resource, in the newest api-version that its provider names. */
export function ResourcePage({ id }: { readonly id: string }) {
  const [, scope = '', namespace = '', rest = ''] =
    /^(\/subscriptions\/[^/]+).*\/providers\/([^/]+)\/(.+)$/i.exec(id) ?? [];
  const type = rest
    .split('/')
    .filter((_, at) => at % 2 === 0)
    .join('/');
  const provider = useOne(`${scope}/providers/${namespace}?api-version=2021-04-01`);
  return (
    <>
      <h1>{rest.split('/').at(-1)}</h1>
      <p class="quiet">
        {namespace}/{type} in {groupOf(id)}
      </p>
      <Waiting what="the versions of its type" loaded={provider}>
        {(value) => <Body id={id} version={versionOf(value, type)} />}
      </Waiting>
      <Lines lines={[`az resource show --ids ${quoted(id)}`]} />
    </>
  );
}

function versionOf(provider: Resource, type: string): string {
  const types = field(provider, 'resourceTypes');
  const found = Array.isArray(types)
    ? types.find((one) => text(field(one, 'resourceType')).toLowerCase() === type.toLowerCase())
    : undefined;
  return text(field(found, 'apiVersions', '0'));
}

function Body({ id, version }: { readonly id: string; readonly version: string }) {
  const one = useOne(`${id}?api-version=${encodeURIComponent(version)}`);
  return (
    <Waiting what="the resource" loaded={one}>
      {(value) => <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>}
    </Waiting>
  );
}
