import { type Resource, useList } from './api.tsx';
import { field, Lines, lastOf, State, Table, text, Waiting } from './parts.tsx';
import { words } from './words.tsx';

export function Assignments({ subscription }: { readonly subscription: string }) {
  const scope = `/subscriptions/${subscription}/providers/Microsoft.Authorization`;
  const assignments = useList(`${scope}/roleAssignments?api-version=2022-04-01`);
  const definitions = useList(`${scope}/roleDefinitions?api-version=2022-04-01`);
  const rows = (all: readonly Resource[], roles: readonly Resource[]) => {
    const names = new Map(roles.map((one) => [lastOf(one.id), text(field(one, 'properties', 'roleName'))]));
    return (
      <Table
        caption="Role assignments"
        rows={all}
        empty={words.noAssignments}
        columns={[
          {
            title: 'Role',
            cell: (one) =>
              names.get(lastOf(text(field(one, 'properties', 'roleDefinitionId')))) ??
              lastOf(text(field(one, 'properties', 'roleDefinitionId'))),
          },
          { title: 'Principal', cell: (one) => <code>{text(field(one, 'properties', 'principalId'))}</code> },
          { title: 'Kind', cell: (one) => text(field(one, 'properties', 'principalType')) },
          { title: 'Scope', cell: (one) => <code>{text(field(one, 'properties', 'scope'))}</code> },
        ]}
      />
    );
  };
  return (
    <>
      <h1>{words.access}</h1>
      <Waiting what="role assignments" loaded={assignments}>
        {(all) => (
          <Waiting what="roles" loaded={definitions}>
            {(roles) => rows(all, roles)}
          </Waiting>
        )}
      </Waiting>
      <Lines lines={['az role assignment list --all -o table']} />
    </>
  );
}

const dayMs = 86_400_000;

export function Activity({ subscription, nowMs }: { readonly subscription: string; readonly nowMs: number }) {
  const filter = encodeURIComponent(`eventTimestamp ge '${new Date(nowMs - dayMs).toISOString()}'`);
  const events = useList(
    `/subscriptions/${subscription}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter=${filter}`,
  );
  const value = (name: string) => (one: Resource) => text(field(one, name, 'value'));
  return (
    <>
      <h1>{words.activity}</h1>
      <Waiting what="the activity log" loaded={events}>
        {(all) => (
          <Table
            caption="Changes of the last day"
            rows={all}
            empty={words.noActivity}
            columns={[
              {
                title: 'Time',
                cell: (one) => <time>{text(one['eventTimestamp']).slice(0, 19).replace('T', ' ')}</time>,
              },
              { title: 'Operation', cell: value('operationName') },
              { title: 'Status', cell: (one) => <State value={value('status')(one)} /> },
              { title: 'Caller', cell: (one) => text(one['caller']) },
              { title: 'Resource', cell: (one) => lastOf(text(one['resourceId'])) },
            ]}
          />
        )}
      </Waiting>
      <Lines lines={['az monitor activity-log list --offset 1d -o table']} />
    </>
  );
}
