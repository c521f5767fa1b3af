import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { createAuthority } from '../../src/http/index.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { rbac } from './rights.ts';

const apiVersion = 'certificates.k8s.io/v1';
const base = `/apis/${apiVersion}/certificatesigningrequests`;
/** CN=jane, made by openssl. */
const plain =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISk1IRUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWFtRnVaVEJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSApBMElBQkd6ZXZxV0E4WVNMVHBRRXJUQ1VNcTVmNFl0aG9PQkxFenNlb0lJZ2hOUW5NOWFlQzRaVG5JYXhKMTlnCmRwV1kzeklObkJtZUlUN1cxSFVnTUNLM3F6eWdBREFLQmdncWhrak9QUVFEQWdOSUFEQkZBaUVBeFhJak5SWUwKem1ZdDQxbGlxMU1acVBYcThGdWRTdWFSUFNMdnR0R282RFFDSUJXRHZQZkZnUHJUUjArRjlQV0JNMk1WUm9uawpJWFNrL0E3VUdnR2xSdWFICi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';
/** O=other, O=system:masters, CN=evil. */
const masters =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQ2ZUQ0NBV1VDQVFBd09ERU9NQXdHQTFVRUNnd0ZiM1JvWlhJeEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdApZWE4wWlhKek1RMHdDd1lEVlFRRERBUmxkbWxzTUlJQklqQU5CZ2txaGtpRzl3MEJBUUVGQUFPQ0FROEFNSUlCCkNnS0NBUUVBdi9tSDdjL005SXRVRWFIN3R5ZDJoZGQzUllNYkU4OGxoRHYydWVzMW9pVXYvYThwZkx4L0wyMG8Ka1A4b2YxQjZ3VDJobnlVaWh0eDJjY3oyQVQxQVBEcDhNU1JQdWRmK0JIeEZYMDhRbEJvRi9XYjJ4T3NweFd3SwpsVHE0ZjJaR0hjR1hONjBDM2Y1cmhreGR6NHV3U0ZVZkd6eWljQjBET1IwSmd0UFIrMFMwNEVrRHpQelM0Yk85CkNid3pJbThSVVhRVkVXNUN0a1BPaW1BcUlnOVhZK1VWN05nK0YxcXM3Wk1sYWJrc1M5ZVAvd1NrUnpIeU9kcy8KMWhleW1XSlM2N042alF1MDV5TlRXL0NHK3IwYVdEd1lGQkRtUTQrbzVrdThtUTRvcVJWZGk4UWxCREJWMDdTcQpSVTFSdEY4VXczNDFnZ09wcFYvVjhXSDRSM2owQndJREFRQUJvQUF3RFFZSktvWklodmNOQVFFTEJRQURnZ0VCCkFHWDczV3A0UldpaVhSSmpmMGR4Wm1zRjRlcW5iRXN2VXRmcjEyMnRwWmZhbThLbGFzME0zRW5lY096UXJrNjcKMzk5NkRPQkVjL0lZVzZqZHNyb2RSVGlDTmphdGw4eTJRT2swaHFpeG1qNGVRcXh5dElRMHhTbUJ2YWQ1ZzF3SgpaV0h4VGh1bFd6WnNsNVpLM0hHMlJiOTJzcTFyMlFncWZ3SStqZmppY2NCWkhPcmxpTFFXODVBN29aTzM2bDF0CkZteTYrTkk0S2hVVGdVR3Nrb0ZTVS9ESC9pdlNaZGVkQVRqY3RLbis2cEc1UHo2aEl5TGpvZ2xVYjcxQXN6ZkkKVTRDWWVYNkkyajJ6MnNBaWN6L3J0WmxqL0lHQURJRnZ2TnZSU1ovYmxmQ1hwM3ZQMjVzd1EyMnp1L2ZJRGNyNQpvWGdLZWhUQ0RyQ2cvNTlMU2JmSkJrOD0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';
/** With keys that are soon guessed or that few can read: RSA of 512 bits, the curve secp256k1. */
const weak = {
  rsa: 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISU1IUUNBUUF3RHpFTk1Bc0dBMVVFQXd3RWQyVmhhekJjTUEwR0NTcUdTSWIzRFFFQkFRVUFBMHNBTUVnQwpRUUM1T1FybThyZ3Blc0JraHZ1OUR5Z0NIRGNMVnAwWTVZd1o4dXNSNE5kL1FFTHpnQ1hna1pHVkRpK0s1RXlnCktHOEVJWjVRdEpOR2w2Q3ZUbGZYdkNFN0FnTUJBQUdnQURBTkJna3Foa2lHOXcwQkFRc0ZBQU5CQUkreitjdm4KTWRJSXZRZjV3clRNODNWT1ZQbnIxeW93SVpkS2VRRnVna2dkekV6L0VBY3BvMW1yL2FSUVI1RnpBVlZsbUpnWgpNeVROWlJKQm5qVFFNcUU9Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=',
  curve:
    'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIR01HNENBUUF3RHpFTk1Bc0dBMVVFQXd3RWQyVmhhekJXTUJBR0J5cUdTTTQ5QWdFR0JTdUJCQUFLQTBJQQpCTVgyOW9kUjdkc2xmL3JaSUpKei9TNDRwR1JvSGpQU0hScStsZUlzdzJwckNlajVsODViZndNdlpxTUIvZlljCjN1R2hOZ0FLbHh1bzBOVDRkcW5ISVU2Z0FEQUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpRUFodjhEVkEzOTJWUDMKeFE1cHJnMTRDK1ZuRkFPZkVGZTJrdjM3NDRMNGQvY0NJRzJnY1JnNFd3UjN2L2cvU2VKTy9WMXgxWTBaeTdhYwplSWhiOUIvZlRGcmoKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==',
};
const signerName = 'example.com/signer';
const pem = createAuthority({ commonName: 'any', clock: systemClock, random: systemRandom }).certificatePem;
const certificate = Buffer.from(pem).toString('base64');

describe('a certificate signing request', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
    const resources = ['', '/status', '/approval'].map((part) => `certificatesigningrequests${part}`);
    await grant('requests', [{ apiGroups: ['certificates.k8s.io'], resources, verbs: ['*'] }]);
  });
  after(() => test.close());

  const grant = async (
    name: string,
    rules: { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] }[],
  ) => {
    const group = 'rbac.authorization.k8s.io';
    await test.client.create(rbac('clusterroles'), {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules,
    });
    await test.client.create(rbac('clusterrolebindings'), {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name },
      subjects: [{ kind: 'User', apiGroup: group, name: 'jane' }],
    });
  };
  const send = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await test.fetch(base + path, {
      method,
      headers: { authorization: 'Bearer user-token', 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const create = (name: string, spec: object) =>
    send('POST', '', {
      apiVersion,
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: { signerName, usages: ['client auth'], request: plain, ...spec },
    });
  const condition = (type: string) => ({
    status: { conditions: [{ type, status: 'True', reason: 'R', message: 'm' }] },
  });
  const merge = { 'content-type': 'application/merge-patch+json' };

  it('carries who asked, whatever it said itself', async () => {
    const forged = { username: 'system:admin', uid: 'x', groups: ['system:masters'], extra: { a: ['b'] } };
    const { status, body } = await create('who', forged);
    assert.equal(status, 201);
    const { username, uid, groups, extra } = body.spec;
    assert.deepEqual(
      { username, uid, groups, extra },
      { username: 'jane', uid: 'u-1', groups: ['developers', 'system:authenticated'], extra: undefined },
    );
  });

  it('stays what it was: neither an update nor an approval changes what is asked for', async () => {
    await create('fixed', {});
    const changed = await send('PATCH', '/fixed', { spec: { request: masters, username: 'admin' } }, merge);
    assert.deepEqual([changed.body.spec.request, changed.body.spec.username], [plain, 'jane']);
    const admin = { ...merge, authorization: 'Bearer admin-token' };
    const both = { ...condition('Approved'), spec: { signerName: 'kubernetes.io/kubelet-serving' } };
    const approved = await send('PATCH', '/fixed/approval', both, admin);
    assert.equal(approved.body.spec.signerName, signerName);
  });

  it('asks for no certificate of the masters, where it would be one', async () => {
    const refused = await create('evil', {
      request: masters,
      signerName: 'kubernetes.io/kube-apiserver-client',
    });
    assert.deepEqual(
      [refused.status, refused.body.message],
      [
        403,
        'certificatesigningrequests.certificates.k8s.io "evil" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
      ],
    );
    assert.equal((await create('other', { request: masters })).status, 201);
  });

  it('has any name that leads nowhere else in a path', async () => {
    const named = (name: string) =>
      send('POST', '?dryRun=All', {
        metadata: { name },
        spec: { request: plain, signerName, usages: ['client auth'] },
      });
    assert.equal((await named('Upper_case')).status, 201);
    assert.equal((await named('a/b')).status, 422);
  });

  it('is a signed request in PEM, or 422', async () => {
    const text = Buffer.from(plain, 'base64').toString();
    const broken = `${text.slice(0, 120)}${text[120] === 'A' ? 'B' : 'A'}${text.slice(121)}`;
    for (const request of [
      'aGk=',
      Buffer.from(text.replaceAll('REQUEST', 'RQUEST')).toString('base64'),
      Buffer.from(broken).toString('base64'),
    ]) {
      const refused = await create('broken', { request });
      assert.equal(refused.status, 422);
      assert.equal(refused.body.details.causes[0].field, 'spec.request');
    }
    const [cause] = (await create('broken', { request: 'aGk=' })).body.details.causes;
    assert.equal(cause.message, 'Invalid value: "aGk=": PEM block type must be CERTIFICATE REQUEST');
  });

  it('is made for a key that a certificate may be issued for', async () => {
    for (const [request, why] of [
      [
        weak.rsa,
        'crypto/rsa: 512-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)',
      ],
      [weak.curve, 'x509: unsupported elliptic curve'],
    ] as const) {
      const { status, body } = await create('weak', { request });
      assert.equal(status, 422);
      assert.ok(body.details.causes[0].message.endsWith(`: ${why}`), body.message);
    }
  });

  it('is approved and signed by those who may for its signer', async () => {
    await create('decide', {});
    const refused = await send('PATCH', '/decide/approval', condition('Approved'), merge);
    assert.deepEqual(
      [refused.status, refused.body.message],
      [
        403,
        `certificatesigningrequests.certificates.k8s.io "decide" is forbidden: user not permitted to approve requests with signerName "${signerName}"`,
      ],
    );
    const sign = { status: { certificate } };
    assert.equal((await send('PATCH', '/decide/status', sign, merge)).status, 403);
    const signers = (resourceNames: string[], verbs: string[]) => [
      { apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames, verbs },
    ];
    await grant('other-signer', signers(['example.com/other', 'example.org/*'], ['approve', 'sign']));
    assert.equal((await send('PATCH', '/decide/approval', condition('Approved'), merge)).status, 403);
    await grant('domain', signers(['example.com/*'], ['approve']));
    const approved = await send('PATCH', '/decide/approval', condition('Approved'), merge);
    assert.equal(approved.status, 200);
    const [made] = approved.body.status.conditions;
    assert.match(made.lastTransitionTime, /^\d{4}-/);
    assert.match(made.lastUpdateTime, /^\d{4}-/);
    // A right to approve is none to sign.
    assert.equal((await send('PATCH', '/decide/status', sign, merge)).status, 403);
    await grant('one', signers([signerName], ['sign']));
    assert.equal((await send('PATCH', '/decide/status', sign, merge)).status, 200);
  });

  it('is not approved by a write of its status, nor signed by an approval', async () => {
    await create('apart', {});
    assert.equal((await send('PATCH', '/apart/status', condition('Approved'), merge)).status, 422);
    const both = { status: { ...condition('Approved').status, certificate: 'bm9uZQ==' } };
    const approved = await send('PATCH', '/apart/approval', both, merge);
    assert.deepEqual([approved.status, approved.body.status.certificate], [200, undefined]);
    const taken = await send('PATCH', '/apart/approval', { status: { conditions: [] } }, merge);
    assert.equal(taken.status, 422);
    assert.match(taken.body.message, /updates may not remove a condition of type "Approved"/);
  });

  it('is decided for good, with conditions that say each once and as they are', async () => {
    await create('told', {});
    const admin = { ...merge, authorization: 'Bearer admin-token' };
    const say = async (part: string, conditions: object[], more: object = {}) => {
      const answer = await send('PATCH', `/told/${part}`, { status: { conditions, ...more } }, admin);
      const causes: { field: string; message: string }[] = answer.body.details?.causes ?? [];
      return [answer.status, ...causes.map(({ field, message }) => `${field}: ${message}`)];
    };
    const approved = { type: 'Approved', status: 'True', reason: 'R' };
    assert.deepEqual(await say('approval', [{ ...approved, status: 'False' }]), [
      422,
      'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
    ]);
    assert.deepEqual(await say('approval', [{ type: '', status: 'Maybe' }, approved, approved]), [
      422,
      'status.conditions[0].type: Required value',
      'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
      'status.conditions[2].type: Duplicate value: "Approved"',
    ]);
    assert.deepEqual(await say('approval', [approved]), [200]);
    // Who writes the status with an older word for the decision changes nothing of it.
    const other = { ...approved, reason: 'Other' };
    assert.deepEqual(await say('status', [{ type: 'Seen', status: 'Unknown' }, other]), [200]);
    const { body } = await send('GET', '/told', undefined, admin);
    const reasons = body.status.conditions.map((each: { reason?: string }) => each.reason);
    assert.deepEqual(reasons, [undefined, 'R']);
  });

  it('is answered with certificates alone', async () => {
    await create('issued', {});
    const admin = { ...merge, authorization: 'Bearer admin-token' };
    const answers = [
      ['none', 'must contain at least one CERTIFICATE PEM block'],
      [
        pem.replaceAll('CERTIFICATE', 'PRIVATE KEY'),
        'only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"',
      ],
      [`${pem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`, 'x509: malformed certificate'],
    ] as const;
    for (const [text, why] of answers) {
      const issued = { status: { certificate: Buffer.from(text).toString('base64') } };
      const { status, body } = await send('PATCH', '/issued/status', issued, admin);
      assert.deepEqual(
        [status, body.details.causes],
        [
          422,
          [
            {
              reason: 'FieldValueInvalid',
              field: 'status.certificate',
              message: `Invalid value: "<certificate data>": ${why}`,
            },
          ],
        ],
      );
    }
    const answer = await send('PATCH', '/issued/status', { status: { certificate } }, admin);
    assert.equal(answer.status, 200);
  });
});
