import { BenchEstate, putUntilSucceeded } from '../estate.ts';
import { BenchClient } from '../kube/client.ts';

const group = 'bench';
const fleet = 'fleet';
const versions = { fleets: '2025-03-01', managedClusters: '2025-05-01', roles: '2022-04-01' } as const;
/** Members that are ordered at once. */
const parallel = 8;
const clusterAdmin = '18ab4d3d-a1bf-4477-8ad9-8359bc988f69';
/** Whom tokens for AKS clusters are for. */
const aksAudience = '6dae42f8-4368-4678-94ff-3960e28e3630';

/** A fleet with a public hub on an estate of its own. */
export class BenchFleet implements AsyncDisposable {
  readonly estate: BenchEstate;
  readonly hub: BenchClient;

  private constructor(estate: BenchEstate, hub: BenchClient) {
    this.estate = estate;
    this.hub = hub;
  }

  static async start(): Promise<BenchFleet> {
    const estate = await BenchEstate.start();
    const arm = await estate.client();
    const root = estate.groupPath(group);
    await put(arm, `${root}?api-version=2021-04-01`, { location: 'eastus' });
    const path = `${root}/providers/Microsoft.ContainerService/fleets/${fleet}`;
    await putUntilSucceeded(arm, `${path}?api-version=${versions.fleets}`, {
      location: 'eastus',
      properties: { hubProfile: { dnsPrefix: 'bench' } },
    });
    const principalId = await estate.script('az ad signed-in-user show --query id -o tsv');
    const assignment = `${path}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`;
    await put(arm, `${assignment}?api-version=${versions.roles}`, {
      properties: {
        principalId,
        roleDefinitionId: `/subscriptions/${estate.status.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${clusterAdmin}`,
      },
    });
    arm.close();
    return new BenchFleet(estate, await hubClient(estate));
  }

  /** Members `m-0` to `m-{count - 1}`, each an AKS cluster with one node. */
  async join(count: number): Promise<void> {
    const arm = await this.estate.client();
    const root = `${this.estate.groupPath(group)}/providers/Microsoft.ContainerService`;
    let next = 0;
    const one = async () => {
      while (next < count) {
        const name = `m-${next++}`;
        const cluster = `${root}/managedClusters/${name}`;
        await putUntilSucceeded(arm, `${cluster}?api-version=${versions.managedClusters}`, {
          location: 'eastus',
          identity: { type: 'SystemAssigned' },
          properties: {
            dnsPrefix: name,
            agentPoolProfiles: [{ name: 'system', count: 1, vmSize: 'Standard_D2s_v3', mode: 'System' }],
          },
        });
        await putUntilSucceeded(
          arm,
          `${root}/fleets/${fleet}/members/${name}?api-version=${versions.fleets}`,
          {
            properties: { clusterResourceId: cluster },
          },
        );
      }
    };
    await Promise.all(Array.from({ length: parallel }, one));
    arm.close();
  }

  /** The same fleet after its server was stopped and started: another client, for connections ended with it. */
  async restarted(): Promise<BenchFleet> {
    this.hub.close();
    await this.estate.down();
    await this.estate.up();
    return new BenchFleet(this.estate, await hubClient(this.estate));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hub.close();
    await this.estate[Symbol.asyncDispose]();
  }
}

async function put(client: BenchClient, path: string, body: object): Promise<void> {
  const { status, text } = await client.request({
    method: 'PUT',
    path,
    body: JSON.stringify(body),
    keep: true,
  });
  if (status >= 300) throw new Error(`PUT ${path} answered ${status}: ${text}`);
}

async function hubClient(estate: BenchEstate): Promise<BenchClient> {
  await estate.refresh();
  const hub = estate.status.clusters.find(({ resourceId }) => resourceId.includes('/resourceGroups/FL_'));
  if (!hub) throw new Error('the hub is not among the clusters of the estate');
  const token = await estate.script(
    `az account get-access-token --resource ${aksAudience} --query accessToken -o tsv`,
  );
  return new BenchClient({
    name: 'hub',
    url: `https://localhost:${estate.status.port}`,
    authority: estate.authority(),
    serverName: hub.hostName,
    token,
  });
}
