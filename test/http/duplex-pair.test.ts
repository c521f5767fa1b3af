import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createDuplexPair } from '../../src/http/index.ts';

test('bytes go both ways and each direction ends by itself', async () => {
  const [near, far] = createDuplexPair();
  near.end('question');
  let asked = '';
  for await (const chunk of far.iterator({ destroyOnReturn: false })) asked += chunk;
  assert.equal(asked, 'question');
  assert.equal(far.writable, true, 'the answer can still be sent');
  far.end('answer');
  let answered = '';
  for await (const chunk of near) answered += chunk;
  assert.equal(answered, 'answer');
  if (!far.destroyed) await once(far, 'close');
});

test('an end that is not read holds the writer back', async () => {
  const [near, far] = createDuplexPair();
  const chunk = Buffer.alloc(16 * 1024);
  let written = 0;
  while (near.write(chunk)) written++;
  assert.ok(written < 16);
  await new Promise((next) => setImmediate(next));
  assert.ok(near.writableLength + far.readableLength <= (written + 2) * chunk.length);
  assert.equal(near.writableNeedDrain, true);
  const drained = once(near, 'drain');
  far.resume();
  await drained;
  near.destroy();
  await once(far, 'close');
});

test('an end that is destroyed takes the other one along, after what it had sent', async () => {
  const [near, far] = createDuplexPair();
  near.write('unfinished');
  near.destroy();
  await once(far, 'close');

  const [first, second] = createDuplexPair();
  first.end('all of it');
  await once(first, 'finish');
  first.destroy();
  let text = '';
  for await (const chunk of second) text += chunk;
  assert.equal(text, 'all of it');
  assert.equal(second.destroyed, true);
});
