import { relative } from 'node:path';
import { systemClock } from '../../base/index.ts';
import type { RunningEstate } from '../../server/index.ts';
import type { Output } from '../az/index.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { findOnPath, shellVariables } from './environment.ts';
import { homeFiles, readRunning } from './home.ts';
import { createInfrastructure } from './infra.ts';
import { kubectlTable } from './kubectl-table.ts';
import { parsePort } from './listen-choice.ts';
import { type OwnAzCall, ownAzJson, ownAzText, runOwnAz } from './own-az.ts';
import { launcher } from './package.ts';
import { usablePort } from './ports.ts';
import { connectedCluster, provisionedCluster } from './quickstart-bodies.ts';
import { shellQuote } from './shell-quote.ts';
import { ToldSteps } from './told-steps.ts';
import { startDetached } from './up.ts';

const names = {
  group: 'quickstart',
  location: 'eastus',
  network: 'fleet-vnet',
  bastion: 'bastion',
  fleet: 'fleet',
  members: ['aks-member-1', 'aks-member-2', 'aks-member-3'],
  arcCluster: 'arc-cluster',
  adminGroup: 'quickstart-cluster-admins',
  customLocation: 'local-cl',
  logicalNetwork: 'local-lnet',
} as const;

const tunnelPort = 51_443;
const proxyPort = 47_011;
const clusterAdminRole = 'Azure Kubernetes Fleet Manager RBAC Cluster Admin';

/** Both walkthroughs, by the commands that a person types. */
export async function run(call: VerbCall): Promise<number> {
  const startedMs = systemClock.monotonic();
  const steps = new ToldSteps(call.home);
  const running = await steps.take('drydock up --detach', () => ensureUp(call));
  const quickstart = new Quickstart(call.home, running, steps);
  const members = await quickstart.privateHub();
  const nodes = await quickstart.arcCluster();
  const seconds = ((systemClock.monotonic() - startedMs) / 1000).toFixed(1);
  process.stdout.write(
    `\nkubectl get memberclusters --server=https://localhost:${members.port}\n${members.table}`,
  );
  process.stdout.write(`\nkubectl get node -A --kubeconfig ./aks-arc-kube-config\n${nodes}`);
  process.stdout.write(
    `\nBoth walkthroughs are done, in ${seconds} s. What to type next:\n${nextCommands(call)}`,
  );
  return 0;
}

async function ensureUp(call: VerbCall): Promise<RunningEstate> {
  const running = readRunning(call.home);
  if (running) return running;
  return startDetached(call.home, { port: parsePort(call.options['port']) });
}

class Quickstart {
  readonly #steps: ToldSteps;
  readonly #configFolder: string;
  readonly #environment: Record<string, string>;

  constructor(home: string, running: RunningEstate, steps: ToldSteps) {
    this.#steps = steps;
    this.#configFolder = homeFiles(home).azureConfig;
    this.#environment = shellVariables(home, running, 'own');
  }

  /** Walkthrough F; answers the table of members. */
  async privateHub(): Promise<{ readonly port: number; readonly table: string }> {
    const { group, location, network, bastion, fleet } = names;
    const inGroup = ['-g', group];
    await this.#az(['group', 'create', '-n', group, '-l', location]);
    // A second create would take away the subnets that it does not name.
    if (!(await this.#exists(['network', 'vnet', 'show', ...inGroup, '-n', network]))) {
      await this.#az([
        ...['network', 'vnet', 'create', ...inGroup, '-n', network, '--address-prefixes', '10.1.0.0/16'],
        ...['--subnet-name', 'agents', '--subnet-prefixes', '10.1.0.0/24'],
      ]);
    }
    await this.#az([
      ...['network', 'vnet', 'subnet', 'create', ...inGroup, '--vnet-name', network],
      ...['-n', 'AzureBastionSubnet', '--address-prefixes', '10.1.1.0/26'],
    ]);
    await this.#az(['network', 'public-ip', 'create', ...inGroup, '-n', 'bastion-ip', '--sku', 'Standard']);
    await this.#az([
      ...['network', 'bastion', 'create', ...inGroup, '-n', bastion, '--vnet-name', network],
      ...['--public-ip-address', 'bastion-ip', '--sku', 'Standard', '--enable-tunneling', 'true'],
    ]);
    const subnet = ['network', 'vnet', 'subnet', 'show', ...inGroup, '--vnet-name', network, '-n', 'agents'];
    const subnetId = await this.#read([...subnet, '--query', 'id', '-o', 'tsv']);
    await this.#az([
      ...['fleet', 'create', ...inGroup, '-n', fleet, '--enable-hub', '--enable-private-cluster'],
      ...['--enable-managed-identity', '--agent-subnet-id', subnetId],
    ]);
    for (const member of names.members) await this.#joinedMember(member);
    await this.#az(['fleet', 'get-credentials', ...inGroup, '--name', fleet, '--overwrite-existing']);
    const fleetId = await this.#read([
      'fleet',
      'show',
      ...inGroup,
      '-n',
      fleet,
      '--query',
      'id',
      '-o',
      'tsv',
    ]);
    const identity = await this.#read(['ad', 'signed-in-user', 'show', '--query', 'id', '-o', 'tsv']);
    await this.#az([
      ...['role', 'assignment', 'create', '--role', clusterAdminRole],
      ...['--assignee', identity, '--scope', fleetId],
    ]);
    const hubId = await this.#read([
      ...['aks', 'list', '-g', `FL_${group}_${fleet}_${location}`],
      ...['--query', "[?name=='hub'].id | [0]", '-o', 'tsv'],
    ]);
    const port = await usablePort(tunnelPort);
    const tunnel = [
      ...['network', 'bastion', 'tunnel', '--name', bastion, '--resource-group', group],
      ...['--target-resource-id', hubId, '--resource-port', '443', '--port', String(port)],
    ];
    const table = await this.#during(tunnel, 'Tunnel is ready', () =>
      this.#kubectl(['get', 'memberclusters', `--server=https://localhost:${port}`]),
    );
    return { port, table };
  }

  /** Walkthrough A; answers the table of nodes. */
  async arcCluster(): Promise<string> {
    const { group, location, arcCluster, adminGroup } = names;
    const infra = await this.#steps.take(`drydock infra create -g ${group}`, () =>
      createInfrastructure(this.#configFolder, { ...names, group, location }),
    );
    const groupId = await this.#adminGroup(adminGroup);
    const account = await ownAzJson(this.#call(['account', 'show']));
    const connected = `/subscriptions/${String(account['id'])}/resourceGroups/${group}/providers/Microsoft.Kubernetes/connectedClusters/${arcCluster}`;
    await this.#put(
      `${connected}?api-version=2024-01-01`,
      connectedCluster(location, String(account['tenantId']), groupId),
    );
    const instance = `${connected}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default?api-version=2024-01-01`;
    if (!(await this.#exists(['rest', '--method', 'get', '--url', instance]))) {
      await this.#put(
        instance,
        provisionedCluster(String(infra['customLocationId']), String(infra['logicalNetworkId'])),
      );
    }
    await this.#steps.take('the cluster is Connected', () => this.#untilProvisioned(instance));
    const kubeconfig = `${this.#configFolder}/aks-arc-kube-config`;
    const proxy = [
      'connectedk8s',
      'proxy',
      '-n',
      arcCluster,
      '-g',
      group,
      '--file',
      kubeconfig,
      '--port',
      String(await usablePort(proxyPort)),
    ];
    return this.#during(proxy, 'Press Ctrl+C', () =>
      this.#kubectl(['get', 'node', '-A', '--kubeconfig', kubeconfig]),
    );
  }

  async #joinedMember(member: string): Promise<void> {
    const inGroup = ['-g', names.group];
    const show = ['aks', 'show', ...inGroup, '-n', member, '--query', 'id', '-o', 'tsv'];
    if (!(await this.#exists(show))) {
      await this.#az(['aks', 'create', ...inGroup, '-n', member, '--node-count', '2', '--no-ssh-key']);
    }
    const id = await this.#read(show);
    await this.#az([
      ...['fleet', 'member', 'create', ...inGroup, '--fleet-name', names.fleet],
      ...['-n', member, '--member-cluster-id', id],
    ]);
  }

  async #adminGroup(displayName: string): Promise<string> {
    await this.#az(['ad', 'group', 'create', '--display-name', displayName, '--mail-nickname', displayName]);
    const id = await this.#read([
      'ad',
      'group',
      'show',
      '--group',
      displayName,
      '--query',
      'id',
      '-o',
      'tsv',
    ]);
    const me = await this.#read(['ad', 'signed-in-user', 'show', '--query', 'id', '-o', 'tsv']);
    const check = [
      'ad',
      'group',
      'member',
      'check',
      '--group',
      id,
      '--member-id',
      me,
      '--query',
      'value',
      '-o',
      'tsv',
    ];
    if ((await this.#read(check)) !== 'true') {
      await this.#az(['ad', 'group', 'member', 'add', '--group', id, '--member-id', me]);
    }
    return id;
  }

  async #untilProvisioned(instance: string): Promise<void> {
    const pollMs = 50;
    const limitMs = 60_000;
    const deadlineMs = systemClock.monotonic() + limitMs;
    for (;;) {
      const state = await this.#read([
        'rest',
        '--method',
        'get',
        '--url',
        instance,
        '--query',
        'properties.provisioningState',
        '-o',
        'tsv',
      ]);
      if (state === 'Succeeded') return;
      if (state === 'Failed' || systemClock.monotonic() > deadlineMs) {
        throw new UsageError(`the cluster did not come up: its provisioning state is ${state}.`, 1);
      }
      await systemClock.sleep(pollMs);
    }
  }

  /** Runs `work` while a command that holds a channel open runs, and ends that command as Ctrl+C would. */
  async #during(words: readonly string[], readyText: string, work: () => Promise<string>): Promise<string> {
    const stop = new AbortController();
    const ready = Promise.withResolvers<void>();
    const said: string[] = [];
    const hear = (text: string) => {
      said.push(text);
      if (text.includes(readyText)) ready.resolve();
    };
    const holding = runOwnAz({
      ...this.#call(words),
      signal: stop.signal,
      onOutput: hear,
      stderr: { write: hear, isTTY: false },
    });
    const ended = holding.then(() => {
      throw new UsageError(`'az ${words.slice(0, 3).join(' ')}' ended early:\n${said.join('')}`, 1);
    });
    ended.catch(() => undefined);
    await this.#steps.take(`az ${words.join(' ')}`, () => Promise.race([ready.promise, ended]));
    try {
      return await Promise.race([work(), ended]);
    } finally {
      stop.abort();
      await holding;
    }
  }

  #kubectl(words: readonly string[]): Promise<string> {
    const found = findOnPath('kubectl');
    return this.#steps.take(`kubectl ${words.join(' ')}`, () =>
      kubectlTable({ kubectl: found, words, environment: { ...process.env, ...this.#environment } }),
    );
  }

  async #put(url: string, body: object): Promise<void> {
    const words = ['rest', '--method', 'put', '--url', url, '--body', JSON.stringify(body)];
    await this.#steps.take(`PUT ${url.replace(/^.*\/providers\/(?=Microsoft\.\w+\/)/, '')}`, () =>
      ownAzText(this.#call(words)),
    );
  }

  async #az(words: readonly string[]): Promise<void> {
    await this.#steps.take(`az ${words.join(' ')}`, () => ownAzText(this.#call(words)));
  }

  async #exists(show: readonly string[]): Promise<boolean> {
    return (await runOwnAz({ ...this.#call(show), stderr: silent })).exitCode === 0;
  }

  async #read(words: readonly string[]): Promise<string> {
    return (await ownAzText(this.#call(words))).trim();
  }

  #call(words: readonly string[]): OwnAzCall {
    return { configFolder: this.#configFolder, words, environment: this.#environment };
  }
}

const silent: Output = { write() {}, isTTY: false };

/** From where the person stands, when that is shorter. */
function nearPath(file: string): string {
  const near = relative(process.cwd(), file);
  return near.length < file.length ? near : file;
}

/** The first line works wherever it is typed; the others in the shell that it prepared. */
function nextCommands({ options }: VerbCall): string {
  const program = findOnPath('drydock') ? 'drydock' : shellQuote(nearPath(launcher()));
  const home = typeof options['home'] === 'string' ? ` --home ${shellQuote(options['home'])}` : '';
  return [
    `${`eval "$(${program} env${home})"`.padEnd(57)} # our az and this estate in your shell`,
    'az fleet member list -g quickstart --fleet-name fleet -o table',
    'az aks get-credentials -g quickstart -n aks-member-1 && kubectl get nodes',
    'kubectl create deployment web --image=nginx --replicas=3 && kubectl get pods',
    'drydock status',
    'drydock down                                              # everything is kept for the next up',
    '',
  ].join('\n');
}
