import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hooksOf } from '../../src/apiserver/webhooks/hook.ts';
import { configMaps, configuration } from './webhook-server.ts';

it('conditions of webhooks are compiled once, and only of those that a write comes to', () => {
  const [hook] = hooksOf(
    configuration('ValidatingWebhookConfiguration', 'a', {
      clientConfig: { url: 'https://127.0.0.1:1/' },
      rules: [configMaps],
      matchConditions: [{ name: 'c', expression: 'true' }],
    }),
  );
  assert.ok(hook);
  assert.equal(typeof Object.getOwnPropertyDescriptor(hook, 'conditions')?.get, 'function');
  assert.equal(hook.conditions.length, 1);
  assert.equal(hook.conditions, hook.conditions);
});
