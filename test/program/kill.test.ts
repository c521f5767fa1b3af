import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drydock, TestEstate } from '../walkthrough/estate.ts';

const rounds = 5;
const writersPerRound = 12;

test('a server that is killed again and again loses no acknowledged write and leaves no half operation', async () => {
  await using estate = await TestEstate.start();
  const subscription = `/subscriptions/${estate.status['subscriptionId']}`;
  const acknowledged = new Map<string, string>();
  const put = async (path: string, version: string, body: object) => {
    const { status } = await estate.request('PUT', `${path}?api-version=${version}`, JSON.stringify(body));
    assert.ok(status === 200 || status === 201, `${path} answered ${status}`);
    acknowledged.set(path, version);
  };
  await put(`${subscription}/resourceGroups/rg`, '2024-11-01', { location: 'eastus' });
  const group = `${subscription}/resourceGroups/rg/providers`;

  for (let round = 0; round < rounds; round++) {
    const status = await drydock('status', '--json', '--home', estate.home);
    assert.equal(status.code, 0, status.stderr);
    const { pid } = JSON.parse(status.stdout);
    const writers = Array.from({ length: writersPerRound }, async (_, n) => {
      const name = `r${round}-${n}`;
      if (n % 4 === round % 4) {
        const fleet = { location: 'eastus', properties: { hubProfile: {} } };
        await put(`${group}/Microsoft.ContainerService/fleets/${name}`, '2025-03-01', fleet);
      }
      const network = {
        location: 'eastus',
        properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] } },
      };
      await put(`${group}/Microsoft.Network/virtualNetworks/${name}`, '2024-07-01', network);
    });
    const done = Promise.allSettled(writers);
    // The kill falls into the middle of the writes: those that were not answered may or may not be there.
    await Promise.race(writers.slice(round, round + 2).map((writer) => writer.catch(() => undefined)));
    process.kill(pid, 'SIGKILL');
    await done;
    const up = await drydock('up', '--detach', '--home', estate.home);
    assert.equal(up.code, 0, up.stderr);
  }

  for (const [path, version] of acknowledged) {
    const resource = await settled(estate, `${path}?api-version=${version}`);
    assert.equal(resource.properties.provisioningState, 'Succeeded', path);
  }
  const hubs = JSON.parse((await drydock('status', '--json', '--home', estate.home)).stdout).clusters;
  assert.ok(hubs.length > 0);
  for (const hub of hubs) assert.equal(hub.state, 'running');
});

/** Reads a resource until its loop has finished with it. */
async function settled(estate: TestEstate, path: string) {
  for (let attempt = 0; ; attempt++) {
    const { status, text } = await estate.request('GET', path);
    assert.equal(status, 200, `${path}: ${text}`);
    const resource = JSON.parse(text);
    if (resource.properties.provisioningState === 'Succeeded' || attempt > 200) return resource;
    await new Promise((later) => setTimeout(later, 50));
  }
}
