import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RecordReader, ResourceType } from '../../src/arm/index.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { type Estate, openEstate, people } from './estate.ts';
import { parts, thing, things, widgets } from './things.ts';

/** Shows the parts of a widget of the same name, and notes each time that it is asked. */
class Mirrors {
  presented = 0;
  /** What is waited for between the reads of a presentation. */
  between: () => Promise<unknown> = async () => undefined;

  readonly type: ResourceType = {
    ...parts,
    type: 'mirrors',
    present: async ({ id, properties }, { records }) => {
      this.presented++;
      const widget = id.replace('/mirrors/', '/widgets/');
      const shown = await this.#tagsOf(records, widget);
      await this.between();
      const found = await records.list(widget, 'Contoso.Things/widgets/parts');
      return { ...properties, tags: shown, parts: found.map(({ name }) => name) };
    },
  };

  async #tagsOf(records: RecordReader, id: string): Promise<JsonObject> {
    return { ...(await records.get(id))?.tags };
  }
}

/** Says how it was asked for. */
const echoes: ResourceType = {
  ...widgets,
  type: 'echoes',
  present: (_record, { apiVersion, inList, origin }) => ({ apiVersion, inList, origin }),
};

describe('answers that are kept', () => {
  const mirrors = new Mirrors();
  let estate: Estate;
  let dock: string;

  before(async () => {
    estate = await openEstate({ types: [...things, mirrors.type, echoes] });
    dock = await estate.group('Dock');
  });
  after(() => estate.close());

  const put = async (rest: string, body: JsonObject = {}) => {
    const reply = await estate.call('PUT', thing(dock, rest), { body });
    assert.ok(reply.status < 300, `${rest}: ${reply.message}`);
  };
  const widget = (name: string, tags: JsonObject = {}) =>
    put(`widgets/${name}`, { location: 'eastus', tags });
  const shown = async (rest: string, query = '') => {
    const reply = await estate.call('GET', thing(dock, rest, query));
    assert.equal(reply.status, 200, reply.message);
    return isObject(reply.body.properties) ? reply.body.properties : {};
  };
  const listed = async (rest: string, as = people.admin) => {
    const reply = await estate.call('GET', thing(dock, rest), { as });
    assert.equal(reply.status, 200, reply.message);
    return (Array.isArray(reply.body.value) ? reply.body.value : []).filter(isObject);
  };

  test('one is made once while nothing that it was made of changes, and again as soon as it does', async () => {
    await widget('one', { a: '1' });
    await put('mirrors/one');
    const before = mirrors.presented;
    assert.deepEqual(await shown('mirrors/one'), {
      tags: { a: '1' },
      parts: [],
      provisioningState: 'Succeeded',
    });
    const once = mirrors.presented;
    await shown('mirrors/one');
    await widget('another');
    await put('widgets/another/parts/far');
    await shown('mirrors/one');
    assert.equal(mirrors.presented, once, 'what was not read does not count');
    assert.ok(once <= before + 1);

    await widget('one', { a: '2' });
    assert.deepEqual((await shown('mirrors/one')).tags, { a: '2' }, 'a record that was read');
    await put('widgets/one/parts/near');
    assert.deepEqual((await shown('mirrors/one')).parts, ['near'], 'a new record in a list that was read');
    await estate.call('DELETE', thing(dock, 'widgets/one/parts/near'));
    assert.deepEqual((await shown('mirrors/one')).parts, [], 'one that went');
    await put('widgets/one/parts/near');
    assert.deepEqual((await shown('mirrors/one')).parts, ['near'], 'and came back');
    await put('mirrors/one', { properties: { own: true } });
    assert.equal((await shown('mirrors/one')).own, true, 'the record itself');
    await estate.call('DELETE', thing(dock, 'widgets/one'));
    assert.deepEqual(await shown('mirrors/one'), {
      own: true,
      tags: {},
      parts: [],
      provisioningState: 'Succeeded',
    });
  });

  test('the same holds for lists', async () => {
    await widget('two', { a: '1' });
    await put('mirrors/two');
    const tags = async () => {
      const [two] = (await listed('mirrors')).filter(({ name }) => name === 'two');
      return isObject(two?.properties) ? two.properties.tags : undefined;
    };
    assert.deepEqual(await tags(), { a: '1' });
    await widget('two', { a: '2' });
    assert.deepEqual(await tags(), { a: '2' });
    await put('mirrors/three');
    assert.ok((await listed('mirrors')).some(({ name }) => name === 'three'));
    await estate.call('DELETE', thing(dock, 'mirrors/three'));
    assert.ok(!(await listed('mirrors')).some(({ name }) => name === 'three'));
  });

  test('one whose parts changed while it was made is not shown again', async () => {
    await widget('four', { a: '1' });
    await put('mirrors/four');
    await widget('four', { a: 'not kept any more' });
    const made = mirrors.presented;
    mirrors.between = async () => {
      mirrors.between = async () => undefined;
      await widget('four', { a: '2' });
      await put('widgets/four/parts/new');
    };
    // Read before the change, shown after it: either is right for this one request.
    await shown('mirrors/four');
    assert.equal(mirrors.presented, made + 1);
    const after = await shown('mirrors/four');
    assert.deepEqual([after.tags, after.parts], [{ a: '2' }, ['new']]);
  });

  test('what a type reads of the request keeps answers apart', async () => {
    await put('echoes/e', { location: 'eastus' });
    const target = (version: string) => `${dock}/providers/Contoso.Things/echoes/e?api-version=${version}`;
    for (const version of ['2024-05-01', '2023-01-01-preview', '2024-05-01']) {
      const { body } = await estate.call('GET', target(version));
      assert.equal(isObject(body.properties) && body.properties.apiVersion, version);
      assert.equal(isObject(body.properties) && body.properties.inList, false);
      const [item] = await listed('echoes');
      assert.equal(isObject(item?.properties) && item.properties.inList, true);
    }
  });

  test('an answer made for one caller is no right of another', async () => {
    await widget('five');
    assert.equal((await estate.call('GET', thing(dock, 'widgets/five'))).status, 200);
    await listed('widgets');
    await estate.call('GET', `${dock}/resources`);
    for (const target of [thing(dock, 'widgets/five'), thing(dock, 'widgets'), `${dock}/resources`]) {
      assert.equal(
        (await estate.call('GET', target, { as: people.nobody })).code,
        'AuthorizationFailed',
        target,
      );
    }
  });

  test('lists that expand something show it, and those that do not leave it out, in any order', async () => {
    await widget('six');
    const six = async (query: string) => {
      const { body } = await estate.call('GET', `${dock}/resources?$filter=name eq 'six'${query}`);
      const [item] = (Array.isArray(body.value) ? body.value : []).filter(isObject);
      return Object.keys(item ?? {});
    };
    const plain = await six('');
    assert.ok(!plain.includes('createdTime'));
    assert.ok((await six('&$expand=createdTime')).includes('createdTime'));
    assert.deepEqual(await six(''), plain);
    assert.deepEqual(await six('&$expand='), plain);
  });

  test('a page of texts has its link, and the pages together are the list', async () => {
    for (const name of ['s1', 's2', 's3']) await widget(name);
    const all = (await listed('widgets')).map(({ name }) => name);
    const paged: unknown[] = [];
    let target: string | undefined = thing(dock, 'widgets', '&$top=2');
    while (target !== undefined) {
      const { body }: { body: JsonObject } = await estate.call('GET', target);
      const value = Array.isArray(body.value) ? body.value.filter(isObject) : [];
      assert.ok(value.length <= 2);
      paged.push(...value.map(({ name }) => name));
      target = typeof body.nextLink === 'string' ? body.nextLink : undefined;
    }
    assert.deepEqual(paged, all);
  });
});
