import { type Resource, useList } from './api.tsx';
import { field, groupOf, Lines, lastOf, quoted, Table, text, Waiting } from './parts.tsx';
import { words } from './words.tsx';

/** Which Bastion hosts reach a private hub, and what keeps the others from it. The gateway decides; this reads the same resources. */
export function HubAccess({ fleet }: { readonly fleet: Resource }) {
  const hub = field(fleet, 'properties', 'hubProfile');
  const isPrivate = field(hub, 'apiServerAccessProfile', 'enablePrivateCluster') === true;
  return isPrivate ? (
    <PrivateHub fleet={fleet} subnetId={text(field(hub, 'agentProfile', 'subnetId'))} />
  ) : null;
}

function PrivateHub({ fleet, subnetId }: { readonly fleet: Resource; readonly subnetId: string }) {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(fleet.id)?.[0] ?? '';
  const network = `${subscription}/providers/Microsoft.Network`;
  const bastions = useList(`${network}/bastionHosts?api-version=2024-05-01`);
  const networks = useList(`${network}/virtualNetworks?api-version=2024-05-01`);
  const hubGroup = `FL_${groupOf(fleet.id)}_${fleet.name}_${fleet.location}`;
  const hubId = `${subscription}/resourceGroups/${hubGroup}/providers/Microsoft.ContainerService/managedClusters/hub`;
  const line = (one: Resource) =>
    `az network bastion tunnel -n ${quoted(one.name)} -g ${quoted(groupOf(one.id))} --target-resource-id ${quoted(hubId)} --resource-port 443 --port 51443`;
  return (
    <>
      <h2>Access to the private hub</h2>
      <Waiting what="Bastion hosts" loaded={bastions}>
        {(hosts) => (
          <Waiting what="virtual networks" loaded={networks}>
            {(all) => {
              const judged = hosts.map((host) => ({ host, reason: hindrance(host, subnetId, all) }));
              const first = judged.find(({ reason }) => reason === undefined)?.host;
              return (
                <>
                  <Table
                    caption="Bastion hosts"
                    rows={judged}
                    empty={words.noBastions}
                    columns={[
                      { title: 'Bastion host', cell: ({ host }) => host.name },
                      { title: 'Resource group', cell: ({ host }) => groupOf(host.id) },
                      {
                        title: 'Reaches the hub',
                        cell: ({ reason }) => (
                          <span class={`state ${reason ? 'bad' : 'good'}`}>{reason ?? 'Yes'}</span>
                        ),
                      },
                    ]}
                  />
                  {first && (
                    <Lines
                      title={words.tunnelLines}
                      lines={[
                        `az fleet get-credentials -g ${quoted(groupOf(fleet.id))} -n ${quoted(fleet.name)}`,
                        line(first),
                        'kubectl get memberclusters --server=https://localhost:51443',
                      ]}
                    />
                  )}
                </>
              );
            }}
          </Waiting>
        )}
      </Waiting>
    </>
  );
}

const networkOf = (subnetId: string) => subnetId.replace(/\/subnets\/[^/]+$/i, '').toLowerCase();

/** Why a Bastion host does not reach a subnet; undefined when it does. */
function hindrance(host: Resource, subnetId: string, networks: readonly Resource[]): string | undefined {
  const sku = text(field(host, 'sku', 'name'));
  if (sku === 'Basic' || sku === 'Developer')
    return `No: its SKU is ${sku}; native clients need Standard or Premium`;
  if (field(host, 'properties', 'enableTunneling') !== true)
    return 'No: native client support (--enable-tunneling) is off';
  const from = networkOf(
    text(field(host, 'properties', 'ipConfigurations', '0', 'properties', 'subnet', 'id')),
  );
  const to = networkOf(subnetId);
  if (from === to) return undefined;
  const own = networks.find(({ id }) => id.toLowerCase() === from);
  if (!own) return `No: you may not see its network ${lastOf(from)}`;
  const peerings = field(own, 'properties', 'virtualNetworkPeerings');
  const peering = Array.isArray(peerings)
    ? peerings.find(
        (one) => text(field(one, 'properties', 'remoteVirtualNetwork', 'id')).toLowerCase() === to,
      )
    : undefined;
  if (!peering) return `No: ${own.name} is not peered with ${lastOf(to)}`;
  const state = text(field(peering, 'properties', 'peeringState'));
  return state === 'Connected' ? undefined : `No: its peering with ${lastOf(to)} is ${state}`;
}
