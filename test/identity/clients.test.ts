import assert from 'node:assert/strict';
import { request } from 'node:https';
import { test } from 'node:test';
import { ClientSecretCredential, DeviceCodeCredential, UsernamePasswordCredential } from '@azure/identity';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import {
  createAuthority,
  createListener,
  type Handler,
  issueServerCertificate,
} from '../../src/http/index.ts';
import { createIdentity } from '../../src/identity/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';

/** A tenant behind real sockets: sign-in on one port, Graph on another. */
async function listen() {
  const clock = systemClock;
  const random = systemRandom;
  const store = createMemoryStore({ clock, random });
  const origins = { resourceManager: 'https://localhost:1', login: '', graph: '' };
  const identity = createIdentity({ store, clock, random, log: silentLogger, origins: () => origins });
  const first = await identity.initialize();
  const authority = createAuthority({ commonName: 'test', clock, random });
  const certificate = issueServerCertificate(authority, {
    clock,
    random,
    hostNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  const tlsIdentity = { cert: certificate.certificatePem, key: certificate.privateKeyPem };
  const tls = { contextFor: () => tlsIdentity, requestClientCertificate: false };
  const listeners = [identity.loginHandler, identity.graphHandler].map((handler: Handler) =>
    createListener({ handler, clock, log: silentLogger, tls }),
  );
  const [loginPort, graphPort] = await Promise.all(
    listeners.map((one) => one.listen({ host: '127.0.0.1', port: 0 })),
  );
  origins.login = `https://localhost:${loginPort}`;
  origins.graph = `https://localhost:${graphPort}`;
  const { tenantId } = identity.directory.tenant();
  return {
    identity,
    origins,
    tenantId,
    username: first?.administrator ?? '',
    password: first?.administratorPassword ?? '',
    ca: authority.certificatePem,
    credentialOptions: {
      authorityHost: origins.login,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: authority.certificatePem },
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(listeners.map((one) => one.close()));
      await identity.close();
      await store.close();
    },
  };
}

function send(
  url: string,
  options: { ca: string; form?: Record<string, string>; token?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        ca: options.ca,
        agent: false,
        method: options.form ? 'POST' : 'GET',
        headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(options.form && new URLSearchParams(options.form).toString());
  });
}

test("Azure's own SDK signs a service principal in, and Graph knows it", async () => {
  await using host = await listen();
  const { identity, tenantId, origins, ca, credentialOptions } = host;
  const program = await identity.directory.createServicePrincipal({ displayName: 'robot' });
  const credential = new ClientSecretCredential(
    tenantId,
    program.applicationId,
    program.secret,
    credentialOptions,
  );
  const arm = await credential.getToken(`${origins.resourceManager}/.default`);
  const principal = await identity.tokens.verify(arm.token, 'resource-manager');
  assert.equal(principal.objectId, program.objectId);
  const graph = await credential.getToken(`${origins.graph}/.default`);
  const shown = await send(`${origins.graph}/v1.0/servicePrincipals/${program.objectId}`, {
    ca,
    token: graph.token,
  });
  assert.equal(JSON.parse(shown).displayName, 'robot');
  const wrong = new ClientSecretCredential(tenantId, program.applicationId, 'wrong', credentialOptions);
  await assert.rejects(wrong.getToken(`${origins.resourceManager}/.default`), /AADSTS7000215/);
});

test("Azure's own SDK signs a user in by password and by device code", async () => {
  await using host = await listen();
  const { identity, tenantId, origins, username, password, ca, credentialOptions } = host;
  const clientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
  const byPassword = new UsernamePasswordCredential(
    tenantId,
    clientId,
    username,
    password,
    credentialOptions,
  );
  const first = await byPassword.getToken(`${origins.resourceManager}/.default`);
  assert.equal((await identity.tokens.verify(first.token, 'resource-manager')).name, username);

  const byDevice = new DeviceCodeCredential({
    ...credentialOptions,
    tenantId,
    clientId,
    userPromptCallback: ({ userCode, verificationUri }) => {
      void send(verificationUri, { ca }).then((text) => {
        const form_token = /name="form_token" value="([^"]*)"/.exec(text)?.[1] ?? '';
        const form = { form_token, user_code: userCode, action: 'password', username, password };
        return send(verificationUri, { ca, form });
      });
    },
  });
  const second = await byDevice.getToken('6dae42f8-4368-4678-94ff-3960e28e3630/.default');
  assert.equal((await identity.tokens.verify(second?.token ?? '', 'kubernetes')).name, username);
});
