import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { type Estate, TestDirectory, tenantId } from '../arm/estate.ts';
import { everyType } from './every-type.ts';
import { lost, ownWords, settleAll } from './sent-and-told.ts';
import { identities } from './support.ts';

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: JsonObject;
}

/** Written by tools/record-terraform.ts, whose data this is: the first apply of a configuration, and one that changes it. */
const applies: readonly (readonly Recorded[])[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'terraform-requests.json'), 'utf8'),
);

/** Pools are resources of their own, which later writes change. */
const elsewhere = new Set([...ownWords, 'agentPoolProfiles']);

/** One that knows the principals of managed identities. */
class IdentityDirectory extends TestDirectory {
  override async principalType(objectId: string) {
    return identities.living.has(objectId) ? 'ServicePrincipal' : super.principalType(objectId);
  }
}

/** Terraform plans a change for ever when a read tells something else than was sent. */
test('what Terraform sent for an estate, and then to change it, is what its next reads tell', async () => {
  const { estate } = await everyType({ directory: new IdentityDirectory() });
  try {
    const known = new Map([
      ['subscription', estate.subscription.split('/')[2] ?? ''],
      ['tenant', tenantId],
    ]);
    const latest = new Map<string, JsonObject>();
    for (const apply of applies) {
      assert.ok(apply.length > 0);
      for (const recorded of apply) {
        const { method, path, body } = filled(recorded, known);
        const reply = await estate.call(method, path, { body });
        assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.message}`);
        await settleAll(estate);
        const read = await estate.call('GET', path);
        learn(read.body, known);
        assert.deepEqual(lost(body, read.body, ownWords), [], path);
        latest.set(path, body);
      }
      assert.deepEqual(await differences(estate, latest), []);
    }
  } finally {
    await estate.close();
  }
});

function filled(recorded: Recorded, known: ReadonlyMap<string, string>): Recorded {
  const text = JSON.stringify(recorded).replace(/\{([a-z]+(?:\.[A-Za-z]+)?)\}/g, (_, name: string) => {
    const value = known.get(name);
    assert.ok(value !== undefined, `nothing is known of ${name}`);
    return value;
  });
  return JSON.parse(text);
}

/** Remembers what the server made up, as later requests name it. */
function learn(answer: JsonObject, known: Map<string, string>): void {
  const { name, properties } = answer;
  if (!isObject(properties)) return;
  const { principalId, clientId, oidcIssuerProfile } = properties;
  const issuerURL = isObject(oidcIssuerProfile) ? oidcIssuerProfile['issuerURL'] : undefined;
  for (const [member, value] of Object.entries({ principalId, clientId, issuerURL })) {
    if (typeof value === 'string') known.set(`${name}.${member}`, value);
  }
}

async function differences(estate: Estate, sent: ReadonlyMap<string, JsonObject>): Promise<string[]> {
  const found: string[] = [];
  for (const [path, body] of sent) {
    const { body: told } = await estate.call('GET', path);
    const name = path.split('?')[0]?.split('/').slice(-2).join('/') ?? '';
    found.push(...lost(body, told, elsewhere).map((what) => `${name} ${what}`));
  }
  return found;
}
