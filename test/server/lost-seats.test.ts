import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject, type JsonObject, silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { type FileStore, openSqliteStore, type Transaction } from '../../src/store/index.ts';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { temporaryFolder } from '../support/belongings.ts';
import {
  arcCluster,
  bastion,
  edge,
  fleetMember,
  fleetWithHub,
  managedCluster,
  type Wanted,
} from '../support/resources.ts';
import { type ServerOnStore, startServerOn } from './two-servers.ts';

const seat = '/leadership/loops';
const pauseMs = 40;
/** Looks at something that has to come; on the busiest machine this is a matter of minutes, not of seconds. */
const looks = 4_000;
const location = 'eastus';

const isLed = ({ guards = [] }: Transaction) => guards.some(({ key }) => key === seat);
const keysOf = ({ writes }: Transaction) =>
  writes.map((write) => ('put' in write ? write.put : write.delete));

/** Loses seats: the leader's, before the write after so many more, as often as is planned. */
class Losses {
  readonly #store: FileStore;
  readonly #after: number[];
  #left: number | undefined;
  /** Writes of servers that nobody asked for anything, and that did not carry the leader's guard. */
  readonly unfenced: string[] = [];
  /** Set while both servers are built: a start leads nothing yet. */
  building = true;

  constructor(store: FileStore, after: readonly number[]) {
    this.#store = store;
    this.#after = [...after];
    this.#left = this.#after.shift();
  }

  get open(): number {
    return this.#after.length + (this.#left === undefined ? 0 : 1);
  }

  /** The store as one of the servers sees it; of one that is `asked` requests write too. */
  view(asked: boolean): FileStore {
    const commit: FileStore['commit'] = async (transaction) => {
      if (!this.building && isLed(transaction)) await this.#mayLose();
      const result = await this.#store.commit(transaction);
      const ownSeat = keysOf(transaction).every((key) => key === seat);
      if (result.ok && !asked && !this.building && !ownSeat && !isLed(transaction))
        this.unfenced.push(...keysOf(transaction));
      return result;
    };
    return new Proxy(this.#store, {
      get(target, name) {
        if (name === 'commit') return commit;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async #mayLose(): Promise<void> {
    if (this.#left === undefined || this.#left-- > 0) return;
    this.#left = this.#after.shift();
    await this.#store.commit({ writes: [{ delete: seat }] });
  }
}

const later = () => systemClock.sleep(pauseMs);

/** What there is, of every loop of Resource Manager. */
function estateOf(group: string): readonly Wanted[] {
  const below = edge(group);
  const aks = managedCluster(group, 'm1');
  const fleet = fleetWithHub(group, 'f');
  const arc = arcCluster(group, 'edge', below);
  const members = [fleetMember(fleet.id, 'm1', aks.id), fleetMember(fleet.id, 'edge', arc[0].id)];
  return [...below.all, aks, fleet, ...arc, ...members, ...bastion(group, 'bastion')];
}

/** Asks until the server takes it: what it rests on may still be on its way. */
async function put(server: ServerOnStore, path: string, body: JsonObject): Promise<void> {
  for (let look = 0; ; look++) {
    const answer = await server.call('PUT', path, body);
    if (answer.status === 200 || answer.status === 201) return;
    assert.ok(look < looks && [404, 409].includes(answer.status), `${path}: ${JSON.stringify(answer.body)}`);
    await later();
  }
}

async function succeeded(server: ServerOnStore, path: string): Promise<JsonObject> {
  for (let look = 0; ; look++) {
    const { body } = await server.call('GET', path);
    const state = isObject(body['properties']) ? body['properties']['provisioningState'] : undefined;
    assert.notEqual(state, 'Failed', JSON.stringify(body));
    if (state === 'Succeeded') return body;
    assert.ok(look < looks, `${path} is not reached: ${JSON.stringify(body)}`);
    await later();
  }
}

async function keysBelow(store: FileStore, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let afterKey: string | undefined; ; ) {
    const page = await store.range({ prefix, limit: 1_000, ...(afterKey !== undefined && { afterKey }) });
    keys.push(...page.entries.map(({ key }) => key));
    afterKey = page.entries.at(-1)?.key;
    if (!page.more) return keys;
  }
}

test('whichever write a leader loses its seat before, it writes nothing more, and what was begun is ended by whoever leads, once', async (t) => {
  const random = attackRandom('lost-seats');
  const folder = temporaryFolder('lost-seats');
  const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
  const store = openSqliteStore({ file: join(folder, 'drydock.db'), ...surroundings });
  const plan = Array.from({ length: attackTries(8) }, () => random.integer(60));
  const losses = new Losses(store, plan);
  const asked = await startServerOn(losses.view(true), { home: join(folder, 'asked') });
  const other = await startServerOn(losses.view(false), { home: join(folder, 'other') });
  await asked.estate.signIn();
  const root = asked.group;
  await put(asked, `${root}?api-version=2024-11-01`, { location });
  const before = new Set(await keysBelow(store, '/'));
  losses.building = false;
  const all = estateOf(root);
  for (const { id, version, body } of all) await put(asked, `${id}?api-version=${version}`, body);
  for (const { id, version } of all) await succeeded(asked, `${id}?api-version=${version}`);
  t.diagnostic(`${losses.open} of ${plan.length} seats not lost yet`);

  const specs = await keysBelow(store, '/clusters/');
  assert.equal(specs.length, 3, 'the hub and two members, each made once');
  assert.equal(
    (await keysBelow(store, '/cluster-keys/')).filter((key) => key.split('/').length === 3).length,
    3,
  );
  const principals = (await keysBelow(store, '/identity/names/')).filter((key) =>
    /managed-?identity/i.test(key),
  );
  assert.ok(principals.length >= 4, principals.join());
  for (const spec of specs) {
    const id = spec.slice('/clusters/'.length);
    const nodes = await keysBelow(store, `/kube/${id}/core/nodes/`);
    assert.ok(nodes.length <= 2, nodes.join());
  }

  assert.equal((await asked.call('DELETE', `${root}?api-version=2024-11-01`)).status, 202);
  for (let look = 0; ; look++) {
    const { status, body } = await asked.call('GET', `${root}?api-version=2024-11-01`);
    if (status === 404) break;
    assert.ok(look < looks, `the group does not end: ${JSON.stringify(body)}`);
    await later();
  }
  await asked.estate.close();
  await other.estate.close();
  t.diagnostic(`${losses.open} of ${plan.length} seats not lost at the end`);
  assert.deepEqual([...new Set(losses.unfenced)], [], 'written without the guard of whoever leads');
  // The activity log tells of what has gone, too.
  const comesAndGoes =
    /^\/(arm\/(activity|operations|turns|running)|identity\/(keys|refresh-tokens|sessions))\//;
  const left = (await keysBelow(store, '/')).filter((key) => !before.has(key) && !comesAndGoes.test(key));
  assert.deepEqual(
    left.filter((key) => key !== `${'/arm/resources'}${root}`),
    [],
  );
  await store.close();
});
