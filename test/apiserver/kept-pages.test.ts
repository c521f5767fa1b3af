import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptPages, keptPagesLimits } from '../../src/apiserver/answer/kept-pages.ts';
import { SharedResources } from '../../src/apiserver/discovery/registry.ts';
import { Collection } from '../../src/apiserver/storage/collection.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { stillHeld } from '../support/garbage.ts';

const resource = new SharedResources(builtinResources()).named.get('')?.get('v1')?.get('configmaps');
const items = () => Buffer.alloc(keptPagesLimits.leastBytes);

/** A page of a collection that nobody else holds. */
function pageOfNobody(pages: KeptPages, cluster: string): WeakRef<object> {
  assert.ok(resource);
  const collection = new Collection(`/kube/${cluster}/core/configmaps/`, [], 10);
  pages.keep({ collection, revision: 10, resource, text: '' }, items());
  return new WeakRef(collection);
}

test('a page that is kept is found again, and holds nothing of a cluster that is gone', async () => {
  assert.ok(resource);
  const pages = new KeptPages();
  const gone = ['a', 'b', 'c'].map((cluster) => pageOfNobody(pages, cluster));
  const collection = new Collection('/kube/d/core/configmaps/', [], 10);
  const page = { collection, revision: 10, resource, text: '' };
  const text = items();
  pages.keep(page, text);
  assert.equal(await stillHeld(gone), 0);
  assert.equal(pages.find({ ...page }), text);
  assert.equal(pages.find({ ...page, text: 'other' }), undefined);
  const other = new Collection('/kube/e/core/configmaps/', [], 10);
  assert.equal(pages.find({ ...page, collection: other }), undefined);
});
