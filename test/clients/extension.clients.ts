import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { conditionOf } from '../../src/apimachinery/conditions.ts';
import { textAt } from '../../src/apimachinery/read.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { createAuthority, issueServerCertificate } from '../../src/http/index.ts';
import type { RunningApiServer } from '../../src/library/contract.ts';
import { startApiServer } from '../../src/library/kube.ts';
import { held, temporaryFolder } from '../support/belongings.ts';
import { freePort, runProgram } from '../walkthrough/estate.ts';
import { cacheFolder, prepared } from './clusters.ts';

const program = join(cacheFolder('extension'), 'extension');
const apiServices = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' };

describe('an extension server on k8s.io/apiserver, with delegated authentication and authorization', () => {
  let server: RunningApiServer;
  let kubeconfig: string;
  let extension: ChildProcess;

  before(async () => {
    await prepared('go', ['-C', join(import.meta.dirname, 'extension'), 'build', '-o', program, '.']);
    const port = await freePort();
    server = await startApiServer({ serviceUrls: { 'default/notes': `https://127.0.0.1:${port}` } });
    const folder = temporaryFolder('extension');
    kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, server.kubeconfig);
    const surroundings = { clock: systemClock, random: systemRandom };
    const authority = createAuthority({ commonName: 'notes', ...surroundings });
    const issued = issueServerCertificate(authority, {
      ...{ hostNames: ['notes.default.svc', 'localhost'], ipAddresses: ['127.0.0.1'] },
      ...surroundings,
    });
    writeFileSync(join(folder, 'tls.crt'), issued.certificatePem);
    writeFileSync(join(folder, 'tls.key'), issued.privateKeyPem);
    extension = held(
      spawn(program, ['-kubeconfig', kubeconfig, '-port', String(port), '-cert-dir', folder], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    await server.client.create(apiServices, {
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
      metadata: { name: 'v1.notes.drydock.test' },
      spec: {
        ...{ group: 'notes.drydock.test', version: 'v1', groupPriorityMinimum: 1_000, versionPriority: 15 },
        caBundle: Buffer.from(authority.certificatePem).toString('base64'),
        service: { name: 'notes', namespace: 'default' },
      },
    });
    await new Promise<void>((resolve, reject) => {
      const watch = server.client.watch(
        apiServices,
        { fieldSelector: 'metadata.name=v1.notes.drydock.test' },
        {
          onEvent(event) {
            if (event.type === 'BOOKMARK') return;
            if (textAt(conditionOf(event.object, 'Available'), 'status') !== 'True') return;
            queueMicrotask(() => watch.close());
            resolve();
          },
          onError: reject,
        },
      );
    });
  });
  after(async () => {
    extension?.kill();
    await server?.stop();
  });

  async function kubectl(args: string, input?: string): Promise<string> {
    const words = ['-c', `kubectl ${args}${input === undefined ? '' : ` <<'END'\n${input}\nEND`}`];
    const { code, stdout, stderr } = await runProgram('bash', words, { KUBECONFIG: kubeconfig });
    assert.equal(code, 0, `${args}: ${stderr}`);
    return stdout;
  }

  it('knows its callers by the front proxy, and asks this server what they may', async () => {
    const note = {
      ...{ apiVersion: 'notes.drydock.test/v1', kind: 'Note', metadata: { name: 'first' } },
      text: 'hello',
    };
    assert.equal(
      await kubectl('create -f -', JSON.stringify(note)),
      'note.notes.drydock.test/first created\n',
    );
    assert.equal(await kubectl("get notes first -o jsonpath='{.text} {.writer}'"), 'hello admin');
    assert.equal(await kubectl('get notes -A -o name'), 'note.notes.drydock.test/first\n');
    const asJane = await runProgram('kubectl', ['get', 'notes', '--as', 'jane'], { KUBECONFIG: kubeconfig });
    assert.match(asJane.stderr, /User "jane" cannot list resource "notes" in API group "notes.drydock.test"/);
  });

  it('is in discovery, in OpenAPI and in what kubectl explains', async () => {
    assert.match(await kubectl('api-resources'), /notes\s+notes\.drydock\.test\/v1\s+true\s+Note/);
    const document = JSON.parse(await kubectl('get --raw /openapi/v3/apis/notes.drydock.test/v1'));
    assert.ok(document.paths['/apis/notes.drydock.test/v1/namespaces/{namespace}/notes']);
    for (;;) {
      const { paths } = JSON.parse(await kubectl('get --raw /openapi/v2'));
      if (paths['/apis/notes.drydock.test/v1/namespaces/{namespace}/notes']) break;
    }
    assert.match(await kubectl('get apiservices v1.notes.drydock.test'), /default\/notes\s+True/);
  });

  it('has its watches passed on as events come', async () => {
    const watch = held(
      spawn('kubectl', ['get', 'notes', '-w', '-o', 'name'], {
        ...{ env: { ...process.env, KUBECONFIG: kubeconfig }, stdio: ['ignore', 'pipe', 'inherit'] },
      }),
    );
    let seen = '';
    watch.stdout.on('data', (chunk: Buffer) => {
      seen += chunk;
    });
    for (let number = 1; !/\/more-/.test(seen); number++) {
      const note = {
        apiVersion: 'notes.drydock.test/v1',
        kind: 'Note',
        metadata: { name: `more-${number}` },
      };
      await kubectl('create -f -', JSON.stringify(note));
    }
    assert.match(seen, /^note\.notes\.drydock\.test\/first\n/);
    watch.kill();
  });
});
