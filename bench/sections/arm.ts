import { BenchEstate, putUntilSucceeded } from '../estate.ts';
import { figure, median, printHead, printTable } from '../figures.ts';
import type { BenchClient } from '../kube/client.ts';
import { callsPerSecond } from '../kube/rows.ts';

const networkVersion = '2024-05-01';
const groupVersion = '2021-04-01';
const listed = 100;
const roundMs = 1_000;

/** Resource Manager over HTTP/2, a caller waiting for each answer. */
export async function arm(options: { readonly rounds: number }): Promise<void> {
  printHead('Resource Manager: calls a second');
  await using estate = await BenchEstate.start();
  const client = await estate.client();
  const calls = new ArmCalls(client, estate);
  await calls.fill();
  const rows: string[][] = [];
  for (const { name, call } of calls.rows()) {
    const cells = [name];
    for (const callers of [1, 16]) {
      await callsPerSecond({ callers, durationMs: roundMs / 4, call });
      const rounds: number[] = [];
      for (let round = 0; round < options.rounds; round++) {
        rounds.push(await callsPerSecond({ callers, durationMs: roundMs, call }));
      }
      cells.push(`${figure(median(rounds))}/s`);
    }
    rows.push(cells);
  }
  printTable(['', '1 caller', '16 callers'], rows);
  client.close();
}

class ArmCalls {
  readonly #client: BenchClient;
  readonly #estate: BenchEstate;
  #counter = 0;

  constructor(client: BenchClient, estate: BenchEstate) {
    this.#client = client;
    this.#estate = estate;
  }

  async fill(): Promise<void> {
    await this.#put(this.#group('bench'), { location: 'eastus' });
    await this.#put(this.#group('written'), { location: 'eastus' });
    for (let at = 0; at < 16; at++) await this.#put(this.#group(`tagged-${at}`), { location: 'eastus' });
    for (let at = 0; at < listed; at++) {
      await putUntilSucceeded(this.#client, this.#network('bench', `network-${at}`), network);
    }
  }

  rows(): { name: string; call: (caller: number) => Promise<void> }[] {
    return [
      {
        name: 'GET a virtual network',
        call: () => this.#get(this.#network('bench', `network-${this.#counter++ % listed}`)),
      },
      { name: `list of ${listed} virtual networks`, call: () => this.#get(this.#networks('bench')) },
      { name: `list of the ${listed} resources of a group`, call: () => this.#get(this.#resources('bench')) },
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
        call: () => this.#put(this.#network('written', `made-${this.#counter++}`), network),
      },
    ];
  }

  #group(name: string): string {
    return `${this.#estate.groupPath(name)}?api-version=${groupVersion}`;
  }

  #resources(group: string): string {
    return `${this.#estate.groupPath(group)}/resources?api-version=${groupVersion}`;
  }

  #networks(group: string, name = ''): string {
    const path = `${this.#estate.groupPath(group)}/providers/Microsoft.Network/virtualNetworks${name}`;
    return `${path}?api-version=${networkVersion}`;
  }

  #network(group: string, name: string): string {
    return this.#networks(group, `/${name}`);
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
