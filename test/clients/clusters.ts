import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Finished,
  freePort,
  freePortRange,
  holdFunctions,
  runProgram,
  TestEstate,
} from '../walkthrough/estate.ts';

/** Where programs are built and their packages lie between runs; may be deleted at any time. */
export function cacheFolder(name: string): string {
  const folder = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'clients', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs what prepares a program, and fails with what it printed. */
export async function prepared(command: string, words: readonly string[], environment = {}): Promise<void> {
  const finished = await runProgram(command, words, environment);
  assert.equal(finished.code, 0, `${command} ${words.join(' ')}\n${finished.stdout}${finished.stderr}`);
}

/** The parts that a program says it has done, in their order; fails with what it printed when it did not end well. */
export function partsOf(finished: Finished): string[] {
  assert.equal(finished.code, 0, `${finished.stdout}${finished.stderr}`);
  return finished.stdout.split('\n').flatMap((line) => (line.startsWith('ok ') ? [line.slice(3)] : []));
}

/** How a cluster is reached: by a port of its own, through the Bastion tunnel, through the Arc proxy. */
export const ways = ['member', 'hub', 'arc'] as const;
export type Way = (typeof ways)[number];

/**
 * An estate with a member cluster, a private hub and an Arc cluster, and a kubeconfig for each as Drydock writes it. Of
 * the hub's only the address is another: that of the tunnel, which kubectl is told with `--server`.
 */
export class ClientClusters implements AsyncDisposable {
  readonly estate: TestEstate;
  readonly #tunnels: AbortController;

  private constructor(estate: TestEstate, tunnels: AbortController) {
    this.estate = estate;
    this.#tunnels = tunnels;
  }

  static async start(): Promise<ClientClusters> {
    const first = await freePortRange(3);
    const estate = await TestEstate.start('--cluster-ports', `${first}-${first + 2}`);
    const environment = { TUNNEL_PORT: String(await freePort()), PROXY_PORT: String(await freePort()) };
    await estate.succeeds(making, { ...environment, KUBECONFIGS: estate.home });
    const tunnels = new AbortController();
    const clusters = new ClientClusters(estate, tunnels);
    const ready = join(estate.home, 'tunnels-are-ready');
    // It holds both for as long as the programs run, and ends when its file is gone with the home.
    const held = estate.script(`${holdFunctions}${tunnelling}`, {
      ...environment,
      READY: ready,
      KUBECONFIGS: estate.home,
    });
    tunnels.signal.addEventListener('abort', () => void runProgram('rm', ['-f', ready]));
    const waiting = runProgram('bash', ['-c', `until [ -e ${ready} ]; do sleep 0.1; done`]);
    const ended = await Promise.race([held, waiting.then(() => undefined)]);
    assert.equal(ended, undefined, `${ended?.stdout}${ended?.stderr}`);
    return clusters;
  }

  kubeconfig(way: Way): string {
    return join(this.estate.home, `${way}.yaml`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tunnels.abort();
    await this.estate[Symbol.asyncDispose]();
  }
}

const making = `{
az group create -n rg -l eastus
az network vnet create -g rg -n vnet --address-prefixes 10.1.0.0/16 --subnet-name agents --subnet-prefixes 10.1.0.0/24
az network vnet subnet create -g rg --vnet-name vnet -n AzureBastionSubnet --address-prefixes 10.1.1.0/26
az network public-ip create -g rg -n ip --sku Standard
az network bastion create -g rg -n bastion --vnet-name vnet --public-ip-address ip --sku Standard --enable-tunneling true
az fleet create -g rg -n fleet --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id $(az network vnet subnet show -g rg --vnet-name vnet -n agents --query id -o tsv)
az role assignment create --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin" --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g rg -n fleet --query id -o tsv)
az aks create -g rg -n member --node-count 1 --no-ssh-key
az aks get-credentials -g rg -n member -f $KUBECONFIGS/member.yaml
az fleet get-credentials -g rg -n fleet -f $KUBECONFIGS/hub.yaml
kubectl config set-cluster hub --server https://localhost:$TUNNEL_PORT --kubeconfig $KUBECONFIGS/hub.yaml
drydock infra create -g rg
ADMINS=$(az ad group create --display-name admins --mail-nickname admins --query id -o tsv)
az ad group member add --group $ADMINS --member-id $(az ad signed-in-user show --query id -o tsv)
(HOME=$(mktemp -d); mkdir $HOME/.ssh; az sshkey create -g rg -n key -l eastus)
az aksarc create -g rg -n arc --custom-location $(az customlocation show -n local-cl -g rg --query id -o tsv) --vnet-ids $(az stack-hci-vm network lnet show --name local-lnet -g rg --query id -o tsv) --aad-admin-group-object-ids $ADMINS --ssh-key-value "$(az sshkey show -g rg -n key --query publicKey -o tsv)" --node-count 1
} >&2`;

const tunnelling = `
HUB=$(az aks list -g FL_rg_fleet_eastus --query "[0].id" -o tsv)
hold $KUBECONFIGS/tunnel.log 'Tunnel is ready' az network bastion tunnel --name bastion -g rg --target-resource-id $HUB --resource-port 443 --port $TUNNEL_PORT
hold $KUBECONFIGS/proxy.log 'Start sending kubectl requests' az connectedk8s proxy -n arc -g rg --file $KUBECONFIGS/arc.yaml --port $PROXY_PORT
touch $READY
while [ -e $READY ]; do sleep 0.2; done`;
