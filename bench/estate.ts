import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchClient } from './kube/client.ts';
import { launcher, processorMs, residentMib, runToEnd, sleep, temporaryFolder } from './process.ts';

/** A full server on a home and a port of its own, started and driven as a person would. */
export class BenchEstate implements AsyncDisposable {
  readonly home: string;
  #status: Status | undefined;
  #token: string | undefined;

  private constructor(home: string) {
    this.home = home;
  }

  /** Nothing runs yet. */
  static prepare(): BenchEstate {
    return new BenchEstate(temporaryFolder());
  }

  static async start(): Promise<BenchEstate> {
    const estate = BenchEstate.prepare();
    await estate.up();
    return estate;
  }

  /** Milliseconds until `drydock up --detach` returned. */
  async up(): Promise<number> {
    const words = ['up', '--detach', '--home', this.home];
    // Later starts take the port of the first one again.
    if (!this.#status) words.push('--port', '0');
    const { elapsedMs } = await runToEnd(launcher, words);
    await this.refresh();
    return elapsedMs;
  }

  /** Reads the status anew. */
  async refresh(): Promise<void> {
    const { stdout } = await runToEnd(launcher, ['status', '--json', '--home', this.home]);
    this.#status = JSON.parse(stdout);
  }

  async down(): Promise<void> {
    await runToEnd(launcher, ['down', '--home', this.home]);
  }

  get status(): Status {
    if (!this.#status) throw new Error('the estate has not been started');
    return this.#status;
  }

  residentMib(): number {
    return residentMib(this.status.pid);
  }

  /** Processor time of the server since its start. */
  processorMs(): number {
    return processorMs(this.status.pid);
  }

  /** Variables of `drydock exec`, for programs that are started without it. */
  async environment(az: 'own' | 'system' = 'own'): Promise<NodeJS.ProcessEnv> {
    const words = [
      'exec',
      '--az',
      az,
      '--home',
      this.home,
      '--',
      process.execPath,
      '-p',
      'JSON.stringify(process.env)',
    ];
    return JSON.parse((await runToEnd(launcher, words)).stdout);
  }

  /** Runs a bash script as in `drydock exec -- bash`; answers what it printed. */
  async script(text: string): Promise<string> {
    const words = ['exec', '--home', this.home, '--', 'bash', '-euo', 'pipefail', '-c', text];
    return (await runToEnd(launcher, words)).stdout.trim();
  }

  async token(): Promise<string> {
    this.#token ??= await this.script('az account get-access-token --query accessToken -o tsv');
    return this.#token;
  }

  /** A client of Resource Manager, signed in as the administrator. */
  async client(): Promise<BenchClient> {
    return new BenchClient({
      name: 'drydock',
      url: this.status.resourceManager,
      authority: this.authority(),
      token: await this.token(),
    });
  }

  authority(): string {
    return readFileSync(join(this.home, 'ca.pem'), 'utf8');
  }

  groupPath(group: string): string {
    return `/subscriptions/${this.status.subscriptionId}/resourceGroups/${group}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runToEnd(launcher, ['down', '--home', this.home], { mayFail: true });
  }
}

interface Status {
  readonly pid: number;
  readonly port: number;
  readonly resourceManager: string;
  readonly subscriptionId: string;
  readonly clusters: readonly {
    readonly name: string;
    readonly hostName: string;
    readonly resourceId: string;
  }[];
}

const provisioningPollMs = 10;

/** PUT, then GET until the resource has succeeded. */
export async function putUntilSucceeded(client: BenchClient, path: string, body: object): Promise<void> {
  const made = await client.request({ method: 'PUT', path, body: JSON.stringify(body), keep: true });
  if (made.status >= 300) throw new Error(`PUT ${path} answered ${made.status}: ${made.text}`);
  for (;;) {
    const { text } = await client.request({ method: 'GET', path, keep: true });
    const state: string | undefined = JSON.parse(text).properties?.provisioningState;
    if (state === 'Succeeded') return;
    if (state === 'Failed' || state === 'Canceled') throw new Error(`${path} ended as ${state}: ${text}`);
    await sleep(provisioningPollMs);
  }
}

export const fleetNames = {
  group: 'bench',
  fleet: 'fleet',
  members: ['aks-member-1', 'aks-member-2', 'aks-member-3'],
  bastion: 'bastion',
  managedGroup: 'FL_bench_fleet_eastus',
} as const;

/** A private hub behind a Bastion, and three members with two nodes each, by the commands of the walkthrough. */
export async function makeFleet(estate: BenchEstate): Promise<void> {
  const { group, fleet, members, bastion } = fleetNames;
  await estate.script(`
    G="-g ${group} -o none"
    az group create -n ${group} -l eastus -o none
    az network vnet create $G -n fleet-vnet --address-prefixes 10.1.0.0/16 --subnet-name agents --subnet-prefixes 10.1.0.0/24
    az network vnet subnet create $G --vnet-name fleet-vnet -n AzureBastionSubnet --address-prefixes 10.1.1.0/26
    az network public-ip create $G -n bastion-ip --sku Standard
    az network bastion create $G -n ${bastion} --vnet-name fleet-vnet --public-ip-address bastion-ip --sku Standard --enable-tunneling true
    SUBNET=$(az network vnet subnet show -g ${group} --vnet-name fleet-vnet -n agents --query id -o tsv)
    az fleet create $G -n ${fleet} --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id $SUBNET
    ME=$(az ad signed-in-user show --query id -o tsv)
    ROOT=/subscriptions/$(az account show --query id -o tsv)/resourceGroups/${group}
    az role assignment create -o none --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin" --assignee $ME --scope $ROOT
    az role assignment create -o none --role "Azure Kubernetes Service RBAC Cluster Admin" --assignee $ME --scope $ROOT
    for MEMBER in ${members.join(' ')}; do
      az aks create $G -n $MEMBER --node-count 2 --no-ssh-key --enable-aad --enable-azure-rbac
      ID=$(az aks show -g ${group} -n $MEMBER --query id -o tsv)
      az fleet member create $G --fleet-name ${fleet} -n $MEMBER --member-cluster-id $ID
    done
  `);
}
