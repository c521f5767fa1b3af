import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { systemRandom, utf8 } from '../../src/base/index.ts';
import { certificateSigningRequests as requests } from '../../src/controllers/kinds/certificates.ts';
import { createAuthority } from '../../src/http/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestCluster } from './harness.ts';

const hour = 60 * 60 * 1000;
const csr = `-----BEGIN CERTIFICATE REQUEST-----
MIHIMHACAQAwDjEMMAoGA1UEAwwDYm9iMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAE7HkqNQX/FjDuNvSLDFuqJVhIuYjvAVI5DyjgYrcNB3sIa5b7Ea5UbKkV+a/J
ALu9pFdA/bptADOR7j6ZqDzIDqAAMAoGCCqGSM49BAMCA0gAMEUCIQCm+eIPH19g
haPEKXtXQmp3GDWIh4rN7d3N4ocEJzOSzwIgebEwVD8/OdfmM+UoaKjI+ihAbRDM
ox4mPejp6iaNjHE=
-----END CERTIFICATE REQUEST-----
`;
const base64 = (text: string) => Buffer.from(utf8(text)).toString('base64');

test('answered signing requests go after an hour, expired ones at once, unanswered ones after a day, and approved ones wait for their signer', async () => {
  const clock = new ManualClock();
  const cluster = await startTestCluster({ clock, profile: 'hub' });
  try {
    const client = typedClient(cluster.client);
    const certificate = base64(
      createAuthority({ commonName: 'issued', clock, random: systemRandom }).certificatePem,
    );
    const make = async (name: string, condition?: string, issued?: string) => {
      const made = await client.create(requests, {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name },
        spec: { request: base64(csr), signerName: 'example.com/none', usages: ['client auth'] },
      });
      if (condition === undefined) return;
      const at = new Date(clock.now()).toISOString().replace(/\.\d+Z/, 'Z');
      const conditions = [
        {
          type: condition,
          status: 'True' as const,
          reason: 'r',
          message: 'm',
          lastUpdateTime: at,
          lastTransitionTime: at,
        },
      ];
      const approved = await client.update(
        requests,
        { ...made, status: { conditions } },
        { subresource: 'approval' },
      );
      if (issued === undefined) return;
      await client.update(
        requests,
        { ...approved, status: { ...approved.status, certificate: issued } },
        { subresource: 'status' },
      );
    };
    await make('pending');
    await make('denied', 'Denied');
    await make('approved', 'Approved');
    await make('issued', 'Approved', certificate);
    const names = async () => (await client.list(requests)).items.map(({ metadata }) => metadata.name).sort();
    const until = async (expected: string[]) => {
      for (let turn = 0; turn < 2_000; turn++) {
        if ((await names()).join() === expected.join()) break;
        clock.advance(1);
        await new Promise((next) => setImmediate(next));
      }
      assert.deepEqual(await names(), expected);
    };
    await until(['approved', 'denied', 'issued', 'pending']);
    clock.advance(hour - 60_000);
    await until(['approved', 'denied', 'issued', 'pending']);
    clock.advance(120_000);
    await until(['approved', 'pending']);
    clock.advance(24 * hour);
    await until(['approved']);
  } finally {
    await cluster.close();
  }
});
