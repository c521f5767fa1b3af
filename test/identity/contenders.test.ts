import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { managedIdentityTypes } from '../../src/providers/managed-identity/index.ts';
import { openEstate } from '../arm/estate.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { beforeCommit, drivers, meetingAtCommit, writesTo } from '../support/store-views.ts';
import { openIdentity } from './support.ts';

for (const driver of drivers) {
  describe(`two processes that write at the same moment to one ${driver.name} store`, () => {
    /** Two directories that have both decided before either one writes `what`. */
    const contenders = async (what: RegExp) => {
      const store = driver.open();
      const meeting = meetingAtCommit(store, 2, writesTo(what));
      const clock = new ManualClock();
      const both = [openIdentity(meeting, clock), openIdentity(meeting, clock)] as const;
      for (const identity of both) await identity.initialize();
      return {
        both,
        async close() {
          for (const identity of both) await identity.close();
          await store.close();
        },
      };
    };

    test('give a user name to one of them', async () => {
      const { both, close } = await contenders(/^\/identity\/names\/.*same/);
      const name = `same@${both[0].directory.tenant().domain}`;
      const made = await Promise.allSettled(
        both.map(({ directory }, at) =>
          directory.createUser({
            userPrincipalName: name,
            displayName: `User ${at}`,
            password: 'Correct-Horse-7',
          }),
        ),
      );
      assert.deepEqual(made.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      const lost = made.find((each) => each.status === 'rejected');
      assert.match(String(lost?.reason), /same value for property userPrincipalName already exists/);
      const found = both.map(({ directory }) => directory.user(name)?.objectId);
      assert.ok(found[0] !== undefined && found[0] === found[1]);
      await close();
    });

    test('make one principal for one managed identity', async () => {
      const { both, close } = await contenders(/^\/identity\/service-principals\//);
      const resourceId =
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
      const made = await Promise.all(
        both.map(({ directory }) => directory.createManagedIdentity({ name: 'i', resourceId })),
      );
      assert.deepEqual(made[0], made[1]);
      await close();
    });
  });
}

/** The directory of a process whose loops lead until it writes that. */
async function led(replacedBefore: RegExp) {
  const store = drivers[0]?.open();
  assert.ok(store);
  const clock = new ManualClock();
  const first = openIdentity(store, clock);
  await first.initialize();
  const elected = await store.commit({ writes: [{ put: '/leadership/loops', value: new Uint8Array() }] });
  assert.ok(elected.ok);
  const fence = () => ({ key: '/leadership/loops', revision: elected.revision });
  const view = beforeCommit(
    store,
    ({ writes }) => writes.some((write) => 'delete' in write && replacedBefore.test(write.delete)),
    () => store.commit({ writes: [{ put: '/leadership/loops', value: new Uint8Array() }] }),
  );
  return { store, fence, first, identity: openIdentity(view, clock) };
}

test('a loop that loses its leadership while it removes a principal removes nothing', async () => {
  const { store, fence, first, identity } = await led(/^\/identity\/service-principals\//);
  const resourceId = '/subscriptions/s/x';
  const made = await first.directory.createManagedIdentity({ name: 'i', resourceId });
  await identity.initialize();
  const principals = async () =>
    (await store.range({ prefix: '/identity/' })).entries.filter(({ key }) => key.includes(made.objectId));
  const before = await principals();
  assert.ok(before.length > 0);
  await assert.rejects(identity.directory.removePrincipal(made.objectId, fence), /does not lead/);
  assert.deepEqual(await principals(), before);
  assert.equal(identity.directory.isActive(made.objectId), true);
  await identity.directory.removePrincipal(made.objectId);
  assert.equal(first.directory.isActive(made.objectId), false);
  await identity.close();
  await first.close();
  await store.close();
});

test('a loop that loses its leadership between an identity and its principal leaves the principal', async () => {
  const { store, fence, first, identity } = await led(/^\/identity\/service-principals\//);
  await identity.initialize();
  const { directory } = identity;
  const types = managedIdentityTypes({
    create: (wanted) => directory.createManagedIdentity(wanted),
    remove: (objectId, guard) => directory.removePrincipal(objectId, guard),
  });
  const estate = await openEstate({ types, store, fence });
  const id = `${await estate.group('Dock')}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ident`;
  const version = 'api-version=2024-11-30';
  assert.equal((await estate.call('PUT', `${id}?${version}`, { body: { location: 'eastus' } })).status, 201);
  const [made] = directory.managedIdentities();
  assert.ok(made);
  const progress = await estate.manager.deletes.request(id);
  assert.equal(progress.state, 'refused');
  assert.equal(first.directory.isActive(made.objectId), true);
  // People delete without leading.
  await directory.removePrincipal(made.objectId);
  assert.deepEqual(first.directory.managedIdentities(), []);
  await estate.manager.close();
  await identity.close();
  await first.close();
  await store.close();
});
