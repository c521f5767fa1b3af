import { putUntilSucceeded } from '../estate.ts';
import type { BenchClient } from '../kube/client.ts';

const networkVersion = '2024-05-01';
const groupVersion = '2021-04-01';
const identityVersion = '2023-01-31';
const listed = 100;
const mostCallers = 16;

/** A kind of call that is measured. */
export interface ArmRow {
  readonly name: string;
  readonly call: (caller: number) => Promise<void>;
}

/** What is asked of one Resource Manager, and the resources that it is asked about. */
export class ArmCalls {
  readonly #client: BenchClient;
  readonly #subscriptionId: string;
  readonly rows: readonly ArmRow[];
  /** Names what is made; another run against the same server makes others. */
  #counter = Date.now();

  private constructor(client: BenchClient, subscriptionId: string) {
    this.#client = client;
    this.#subscriptionId = subscriptionId;
    this.rows = this.#rows();
  }

  /** Makes the resources that the rows ask about. */
  static async fill(client: BenchClient, subscriptionId: string): Promise<ArmCalls> {
    const calls = new ArmCalls(client, subscriptionId);
    await calls.#fill();
    return calls;
  }

  async #fill(): Promise<void> {
    for (const name of ['bench', 'written']) await this.#put(this.#group(name), { location: 'eastus' });
    for (let at = 0; at < mostCallers; at++)
      await this.#put(this.#group(`tagged-${at}`), { location: 'eastus' });
    for (let at = 0; at < listed; at++) {
      await putUntilSucceeded(this.#client, this.#network('bench', `/network-${at}`), network);
    }
    for (let at = 0; at < mostCallers; at++) {
      await putUntilSucceeded(this.#client, this.#network('written', `/rewritten-${at}`), subnetted);
      await this.#put(this.#identity(`identity-${at}`), { location: 'eastus' });
    }
  }

  #rows(): ArmRow[] {
    return [
      {
        name: 'GET a virtual network',
        call: () => this.#get(this.#network('bench', `/network-${this.#counter++ % listed}`)),
      },
      {
        name: 'GET a virtual network with two subnets',
        call: (caller) => this.#get(this.#network('written', `/rewritten-${caller}`)),
      },
      {
        name: 'GET a managed identity',
        call: (caller) => this.#get(this.#identity(`identity-${caller}`)),
      },
      { name: `list of ${listed} virtual networks`, call: () => this.#get(this.#network('bench', '')) },
      { name: `list of the ${listed} resources of a group`, call: () => this.#get(this.#resources('bench')) },
      {
        name: 'list of the resource groups',
        call: () =>
          this.#get(`/subscriptions/${this.#subscriptionId}/resourceGroups?api-version=${groupVersion}`),
      },
      {
        name: 'PUT a resource group (tags of one that is there)',
        call: (caller) =>
          this.#put(this.#group(`tagged-${caller}`), {
            location: 'eastus',
            tags: { n: String(this.#counter++) },
          }),
      },
      {
        name: 'PUT a new virtual network (a record and its operation)',
        call: () => this.#put(this.#network('written', `/made-${this.#counter++}`), network),
      },
      {
        name: 'PUT a virtual network with two subnets that is there',
        call: (caller) => this.#put(this.#network('written', `/rewritten-${caller}`), subnetted),
      },
    ];
  }

  #groupPath(name: string): string {
    return `/subscriptions/${this.#subscriptionId}/resourceGroups/${name}`;
  }

  #group(name: string): string {
    return `${this.#groupPath(name)}?api-version=${groupVersion}`;
  }

  #resources(group: string): string {
    return `${this.#groupPath(group)}/resources?api-version=${groupVersion}`;
  }

  /** `rest` is what follows the type: nothing for the list. */
  #network(group: string, rest: string): string {
    const path = `${this.#groupPath(group)}/providers/Microsoft.Network/virtualNetworks${rest}`;
    return `${path}?api-version=${networkVersion}`;
  }

  #identity(name: string): string {
    const path = `${this.#groupPath('written')}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
    return `${path}?api-version=${identityVersion}`;
  }

  async #get(path: string): Promise<void> {
    const { status } = await this.#client.request({ method: 'GET', path });
    if (status !== 200) throw new Error(`GET ${path} answered ${status}`);
  }

  async #put(path: string, body: object): Promise<void> {
    const answer = await this.#client.request({
      method: 'PUT',
      path,
      body: JSON.stringify(body),
      keep: true,
    });
    if (answer.status >= 300) throw new Error(`PUT ${path} answered ${answer.status}: ${answer.text}`);
  }
}

const network = {
  location: 'eastus',
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
} as const;

const subnetted = {
  location: 'eastus',
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
    subnets: [
      { name: 'one', properties: { addressPrefix: '10.0.1.0/24' } },
      { name: 'two', properties: { addressPrefix: '10.0.2.0/24' } },
    ],
  },
} as const;
