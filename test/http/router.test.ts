import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError, silentLogger, utf8 } from '../../src/base/index.ts';
import { answerErrors, createRouter, type HttpResponse, withFilters } from '../../src/http/index.ts';
import { plainRequest } from '../support/request.ts';

const request = (method: string, target: string) => plainRequest({ method, target });

const text = (response: HttpResponse) =>
  response.body instanceof Uint8Array ? Buffer.from(response.body).toString() : '';

test('the first route that fits answers, with its parameters decoded', async () => {
  const say = (words: string) => ({ status: 200, body: utf8(words) });
  const router = createRouter([
    { methods: ['GET'], path: '/health', handle: () => say('health') },
    { methods: ['GET'], path: '/a/{x}/b/{y}', handle: (_request, { x, y }) => say(`${x}|${y}`) },
    { methods: ['PUT', 'GET'], path: '/a/{x}', handle: (_request, { x }) => say(`one ${x}`) },
    { path: '/tree/*', handle: ({ path }) => say(`tree ${path}`) },
  ]);
  const get = async (path: string, method = 'GET') => await router(request(method, path));
  assert.equal(text(await get('/health')), 'health');
  assert.equal(text(await get('/a/1%2F2/b/%24')), '1/2|$');
  assert.equal(text(await get('/a/1', 'PUT')), 'one 1');
  assert.equal(text(await get('/tree/x/y', 'DELETE')), 'tree /tree/x/y');
  assert.equal(text(await get('/tree/')), 'tree /tree/');
  assert.equal((await get('/a/')).status, 404);
  assert.equal((await get('/healthy')).status, 404);
  const refused = await get('/a/1', 'DELETE');
  assert.deepEqual([refused.status, refused.headers?.['allow']], [405, 'PUT, GET']);
  await assert.rejects(get('/a/%zz'), (thrown) => thrown instanceof CodedError && thrown.code === 'invalid');
});

test('filters run in the order of their list', async () => {
  const order: string[] = [];
  const handler = withFilters(
    [
      async (r, next) => {
        order.push('outer');
        const response = await next(r);
        order.push('outer again');
        return response;
      },
      (r, next) => {
        order.push('inner');
        return next(r);
      },
    ],
    () => {
      order.push('handler');
      return { status: 204 };
    },
  );
  assert.equal((await handler(request('GET', '/'))).status, 204);
  assert.deepEqual(order, ['outer', 'inner', 'handler', 'outer again']);
});

test('what a handler throws becomes an answer', async () => {
  const handler = withFilters([answerErrors(silentLogger)], async ({ path }) => {
    if (path === '/fail') throw new CodedError('forbidden', 'Not you.');
    return { status: 200 };
  });
  assert.equal((await handler(request('GET', '/fail'))).status, 403);
  assert.equal((await handler(request('GET', '/own'))).status, 200);
});
