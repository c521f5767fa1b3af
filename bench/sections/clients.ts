import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { BenchEstate } from '../estate.ts';
import { figure, median, printHead, printTable } from '../figures.ts';
import { startBare } from '../kube/bare.ts';
import { BenchClient, type Target } from '../kube/client.ts';
import { callsPerSecond } from '../kube/rows.ts';
import { residentMibOf, sleep } from '../process.ts';
import { say } from '../report.ts';

const group = 'bench';
const cluster = 'audited';
/** The application that Azure gives tokens for AKS API servers to. */
const kubernetesServer = '6dae42f8-4368-4678-94ff-3960e28e3630';
const namespace = '/api/v1/namespaces/default';
const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings';
const callers = 16;
const roundMs = 1_000;

const readers = { clients: 30, listMib: 60, settleMs: 5_000 } as const;
const objectBytes = 900 * 1024;

/** What watching over callers costs: the audit trail, and answers that nobody reads. */
export async function clients(options: { readonly rounds: number }): Promise<void> {
  await underAudit(options.rounds);
  say('');
  await unreadLists();
}

/** A cluster of a full server, whose API server tells the trail of refusals, credentials and changes of rights. */
async function underAudit(rounds: number): Promise<void> {
  printHead(`CREATE under the audit trail, ${callers} callers`);
  await using estate = await BenchEstate.start();
  await estate.script(`
    az group create -n ${group} -l eastus -o none
    az aks create -g ${group} -n ${cluster} -o none --node-count 1 --no-ssh-key --enable-aad --enable-azure-rbac
    ID=$(az aks show -g ${group} -n ${cluster} --query id -o tsv)
    ME=$(az ad signed-in-user show --query id -o tsv)
    az role assignment create -o none --role "Azure Kubernetes Service RBAC Cluster Admin" --assignee $ME --scope $ID
  `);
  await estate.refresh();
  const client = new BenchClient(await targetOf(estate));
  let counter = 0;
  const metadata = () => ({ name: `made-${counter++}` });
  const rows = [
    {
      name: 'ConfigMaps, which the trail does not tell of',
      path: `${namespace}/configmaps`,
      body: () => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(), data: { a: 'b' } }),
    },
    {
      name: 'RoleBindings, each a line of the trail',
      path: bindings,
      body: () => ({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: metadata(),
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      }),
    },
  ];
  const cells: string[][] = [];
  for (const { name, path, body } of rows) {
    const call = () => created(client, path, body());
    await callsPerSecond({ callers, durationMs: roundMs / 4, call });
    const found: number[] = [];
    for (let round = 0; round < rounds; round++) {
      found.push(await callsPerSecond({ callers, durationMs: roundMs, call }));
    }
    cells.push([name, `${figure(median(found))}/s`]);
  }
  printTable([], cells);
  client.close();
}

async function targetOf(estate: BenchEstate): Promise<Target> {
  const [served] = estate.status.clusters;
  if (!served) throw new Error('the cluster is not served');
  return {
    name: cluster,
    url: estate.status.resourceManager,
    authority: estate.authority(),
    token: await estate.script(
      `az account get-access-token --resource ${kubernetesServer} --query accessToken -o tsv`,
    ),
    serverName: served.hostName,
  };
}

/** Many ask for a large list and read nothing of it. */
async function unreadLists(): Promise<void> {
  printHead(`${readers.clients} clients, each with a list of ${readers.listMib} MiB that it does not read`);
  const server = await startBare();
  const client = new BenchClient(server.target);
  const payload = 'x'.repeat(objectBytes);
  for (let at = 0; at < (readers.listMib * 1024 * 1024) / objectBytes; at++) {
    const metadata = { name: `large-${at}` };
    await created(client, `${namespace}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { payload },
    });
  }
  const before = residentMibOf(server.pids);
  const idle = Array.from({ length: readers.clients }, () => new IdleReader(server.target));
  await Promise.all(idle.map((reader) => reader.begun()));
  await sleep(readers.settleMs);
  const held = residentMibOf(server.pids);
  const { status } = await client.request({ method: 'GET', path: `${namespace}/configmaps/large-0` });
  for (const reader of idle) reader.close();
  await sleep(readers.settleMs);
  const after = residentMibOf(server.pids);
  client.close();
  await server.stop();
  printTable(
    ['resident memory', 'before', 'with them', 'after'],
    [['', ...[before, held, after].map((mib) => `${figure(mib)} MiB`)]],
  );
  say(`meanwhile another client's GET was answered with ${status}`);
}

/** Asks for the list and takes the headers only: the window of its connection stays full. */
class IdleReader {
  readonly #session: ClientHttp2Session;
  readonly #stream: ClientHttp2Stream;

  constructor(target: Target) {
    this.#session = connect(target.url, { ca: target.authority ?? '' });
    this.#session.on('error', () => {});
    this.#stream = this.#session.request({
      ':path': `${namespace}/configmaps`,
      authorization: `Bearer ${target.token}`,
    });
    this.#stream.on('error', () => {});
    this.#stream.pause();
  }

  begun(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.once('response', () => resolve());
      this.#stream.once('error', reject);
    });
  }

  close(): void {
    this.#session.destroy();
  }
}

async function created(client: BenchClient, path: string, body: object): Promise<void> {
  const { status, text } = await client.request({
    method: 'POST',
    path,
    body: JSON.stringify(body),
    keep: true,
  });
  if (status !== 201) throw new Error(`POST ${path} answered ${status}: ${text}`);
}
