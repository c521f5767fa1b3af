import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

describe('a body in YAML', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  async function create(body: string, query = '', type = 'application/yaml') {
    const answer = await server.fetch(`/api/v1/namespaces/default/configmaps?dryRun=All${query}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    // A ConfigMap or a Status, as the server writes them.
    const value = (await answer.json()) as { data?: unknown; message?: string };
    return {
      status: answer.status,
      data: value.data,
      message: value.message ?? '',
      warning: answer.headers.get('warning'),
    };
  }

  it('tells of a key that stands twice: refused when strict, a warning by default, the last value counts', async () => {
    const body = `${head}data: {a: 1x, a: 2x}\n`;
    const strict = await create(body, '&fieldValidation=Strict');
    assert.equal(strict.status, 400);
    assert.equal(
      strict.message,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 4: key "a" already set in map',
    );
    const warned = await create(body);
    assert.deepEqual(warned.data, { a: '2x' });
    assert.equal(warned.warning, '299 - "line 4: key \\"a\\" already set in map"');
    const ignored = await create(body, '&fieldValidation=Ignore');
    assert.deepEqual([ignored.status, ignored.data, ignored.warning], [201, { a: '2x' }, null]);
  });

  it('takes merge keys over in the order in which they stand', async () => {
    const base = 'x: &x {a: b1}\ny: &y {a: y1, z: z1}\n';
    assert.deepEqual((await create(`${head}${base}data:\n  <<: *x\n  c: d1\n`)).data, { a: 'b1', c: 'd1' });
    assert.deepEqual((await create(`${head}${base}data:\n  a: mine\n  <<: *x\n`)).data, { a: 'b1' });
    assert.deepEqual((await create(`${head}${base}data:\n  <<: [*x, *y]\n`)).data, { a: 'b1', z: 'z1' });
    const wrong = await create(`${head}data:\n  <<: 3\n`);
    assert.match(wrong.message, /map merge requires map or sequence of maps as the value/);
  });

  it('reads words and numbers as YAML 1.1, and tags', async () => {
    for (const word of ['no', 'y', 'On', '0x1F', '1_000', '017', '0b11', '1e3', '.5']) {
      assert.match(
        (await create(`${head}data: {a: ${word}}\n`)).message,
        /cannot unmarshal (bool|number)/,
        word,
      );
    }
    const texts = await create(
      `${head}data: {a: !!str 1, b: !foo x, c: !!binary aGVsbG8=, d: 190:20:30, e: 2020-01-01, yes: "no", 0x10: k}\n`,
    );
    assert.deepEqual(texts.data, {
      '16': 'k',
      a: '1',
      b: 'x',
      c: 'hello',
      d: '190:20:30',
      e: '2020-01-01',
      true: 'no',
    });
    assert.match(
      (await create(`${head}data: {a: !!int xx}\n`)).message,
      /cannot decode !!str `xx` as a !!int/,
    );
    assert.match((await create(`${head}data: {a: .nan}\n`)).message, /json: unsupported value: NaN/);
    assert.match((await create(`${head}data: {[a]: b}\n`)).message, /yaml: invalid map key/);
  });

  it('ends with its first document', async () => {
    assert.deepEqual((await create(`# c\n---\n${head}data: {a: x}\n---\nfoo: [bar\n`)).data, { a: 'x' });
    assert.deepEqual((await create(`${head}data: {a: x}\n...\n]]\n`)).data, { a: 'x' });
  });

  it('that expands without end is refused before it is expanded', async () => {
    const letters = [...'abcdefghi'];
    const bomb = letters
      .slice(1)
      .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${letters[i]}`).join(',')}]\n`)
      .join('');
    const answer = await create(`a: &a [x,x,x,x,x,x,x,x,x]\n${bomb}`);
    assert.equal(answer.status, 400);
    assert.match(answer.message, /yaml: document contains excessive aliasing \([0-9a-f]+ \.\.\.\)$/);
    assert.match((await create('a: &a [*a]')).message, /anchor 'a' value contains itself/);
  });

  it('that ends within a text of very many marks is refused in one walk over it', async () => {
    const { status, message } = await create(`a: [{"b": 1}, "${'\\"'.repeat(1_000_000)}`);
    assert.equal(status, 400);
    assert.match(message, /yaml: found unexpected end of stream/);
    const open = await create(`a: [{"b": 1}, ${"'x', ".repeat(100_000)}1`);
    assert.match(open.message, /did not find expected ',' or ']'/);
  });

  it('that is nested too deeply is refused, in JSON as well', async () => {
    for (const text of [
      '['.repeat(20_000),
      '- '.repeat(20_000),
      '? '.repeat(20_000),
      '{a: '.repeat(20_000),
    ]) {
      const answer = await create(text);
      assert.equal(answer.status, 400);
      assert.match(answer.message, /exceeded max depth/);
    }
    const json = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"z":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const answer = await create(json, '', 'application/json');
    assert.equal(answer.status, 400);
    assert.match(answer.message, /exceeded max depth/);
  });

  it('is answered in YAML that readers of 1.1 understand', async () => {
    const answer = await server.fetch('/api/v1/namespaces/default', {
      headers: { accept: 'application/yaml' },
    });
    assert.match(await answer.text(), /^ {2}creationTimestamp: "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"$/m);
    const list = await server.fetch('/api/v1/namespaces', { headers: { accept: 'application/yaml' } });
    assert.match(await list.text(), /^items:\n- metadata:$/m);
  });
});

describe('a body with more unknown members than anybody reads', () => {
  it('is told of with a hundred of them', async () => {
    await using closing = new AsyncDisposableStack();
    const server = await startTestServer();
    closing.defer(() => server.close());
    const members = Array.from({ length: 150_000 }, (_, i) => `"k${i}":1`).join(',');
    const body = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},${members}}`;
    const send = (validation: string) =>
      server.fetch(`/api/v1/namespaces/default/configmaps?dryRun=All&fieldValidation=${validation}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
    const strict = await send('Strict');
    assert.equal(strict.status, 400);
    assert.equal((await strict.text()).match(/unknown field/g)?.length, 100);
    assert.equal((await send('Warn')).status, 201);
  });
});
