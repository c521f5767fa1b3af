import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../src/arm/index.ts';

type Record = Parameters<ReturnType<typeof compileFilter>>[0];

const at = '2026-01-01T00:00:00Z';
const systemData = {
  createdBy: 'a',
  createdByType: 'User',
  createdAt: at,
  lastModifiedBy: 'a',
  lastModifiedByType: 'User',
  lastModifiedAt: at,
};
const bare: Record = {
  id: '/subscriptions/s/resourceGroups/Dock/providers/My.Things/widgets/Anchor',
  name: 'Anchor',
  type: 'My.Things/widgets',
  properties: {},
  provisioningState: 'Succeeded',
  systemData,
  etag: '1',
};
const full: Record = {
  ...bare,
  location: 'westus2',
  kind: 'Heavy',
  managedBy: '/subscriptions/s/owner',
  tags: { Env: 'Test', team: 'a' },
  identity: { type: 'SystemAssigned', principalId: 'P-1' },
};

const holds = (filter: string | null, record = full) => compileFilter(filter)(record);

test('every member that a list can be filtered by is compared whatever its case, but for the values of tags', () => {
  for (const filter of [
    "name eq 'ANCHOR'",
    "NAME eq 'anchor'",
    "id eq '/subscriptions/S/resourcegroups/dock/providers/my.things/widgets/anchor'",
    "resourceType eq 'my.things/WIDGETS'",
    "resourceGroup eq 'dock'",
    "location eq 'West US 2'",
    "kind eq 'heavy'",
    "managedBy eq '/SUBSCRIPTIONS/s/owner'",
    "tagName eq 'env'",
    "tagValue eq 'Test'",
    "tagName eq 'ENV' and tagValue eq 'Test'",
    "tagValue eq 'Test' and tagName eq 'env'",
    "identity/principalId eq 'p-1'",
    "name ne 'other'",
    "not (name eq 'other')",
    "name eq 'other' or kind eq 'heavy'",
    "name eq 'anchor' and kind eq 'heavy' and location eq 'westus2'",
    "substringof('CHO', name)",
    "contains(name, 'cho')",
    "startswith(name, 'an')",
    "endswith(name, 'OR')",
    "startswith(tagName, 'te')",
    "startswith(tagValue, 'TE')",
    "endswith(resourceGroup, 'ck')",
    "contains(location, 'us')",
  ])
    assert.equal(holds(filter), true, filter);
  for (const filter of [
    "name eq 'anch'",
    "id eq 'anchor'",
    "resourceType eq 'widgets'",
    "resourceGroup eq 'yard'",
    "location eq 'westus'",
    "kind eq 'light'",
    "managedBy eq ''",
    "tagName eq 'Test'",
    "tagValue eq 'test'",
    "tagName eq 'team' and tagValue eq 'Test'",
    "tagValue eq 'Test' and tagName eq 'team'",
    "identity/principalId eq 'p-2'",
    "name ne 'anchor'",
    "not (name eq 'anchor')",
    "name eq 'anchor' and kind eq 'light'",
    "name eq 'other' or kind eq 'light'",
    "substringof('chox', name)",
    "contains(name, 'nope')",
    "startswith(name, 'or')",
    "endswith(name, 'an')",
  ])
    assert.equal(holds(filter), false, filter);
});

test('what a resource has not is empty, and no location is none', () => {
  for (const filter of ["kind eq ''", "managedBy eq ''", "identity/principalId eq ''"])
    assert.equal(holds(filter, bare), true, filter);
  for (const filter of [
    "location eq ''",
    "tagName eq ''",
    "tagValue eq ''",
    "startswith(tagName, '')",
    "startswith(tagValue, '')",
    "tagName eq 'env' and tagValue eq 'Test'",
  ])
    assert.equal(holds(filter, bare), false, filter);
  assert.equal(holds("contains(location, '')", bare), true);
  assert.equal(holds("resourceGroup eq ''", { ...bare, id: '/subscriptions/s' }), true);
  for (const identity of [null, [], 'text', { principalId: 1 }])
    assert.equal(holds("identity/principalId eq ''", { ...bare, identity }), true);
  for (const nothing of [null, '', '  ']) assert.equal(holds(nothing, bare), true);
});

test('what no list of Azure knows is refused with what it is', () => {
  const refused = (filter: string, message: RegExp) =>
    assert.throws(
      () => compileFilter(filter),
      (thrown) => {
        assert.ok(thrown instanceof Error, filter);
        assert.match(thrown.message, message, filter);
        return true;
      },
    );
  const unsupported = (what: string) =>
    new RegExp(
      `^The filter expression '${what.replace(/[()./]/g, '\\$&')}' is not supported for this list\\.$`,
    );
  refused("plan/name eq 'a'", unsupported('plan/name'));
  refused("length(name) eq 'a'", /invalid|not supported/);
  refused("trim(name, 'a')", unsupported('trim(...)'));
  refused('contains(name, name)', unsupported('contains(...)'));
  refused("contains('a', 'b')", unsupported('contains(...)'));
  refused("contains(name, 'a', 'b')", unsupported('contains(...)'));
  refused("name gt 'a'", /^The filter 'name gt 'a'' in the query string is invalid\.$/);
  refused("name in ('a', 'b')", /in the query string is invalid\.$/);
  refused(`name eq '${'a'.repeat(8192)}'`, /is longer than 8192 characters\.$/);
  refused(`${'('.repeat(101)}name eq 'a'${')'.repeat(101)}`, /nests deeper than 100 levels\.$/);
  const terms = Array.from({ length: 501 }, () => "name eq 'a'").join(' or ');
  refused(terms, /has more than 500 conditions\.$/);
});
