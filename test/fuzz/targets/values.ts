import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextTime, wallClock } from '../../../src/apimachinery/cron/next-time.ts';
import { parseSchedule } from '../../../src/apimachinery/cron/schedule.ts';
import { canonicalQuantity, compareQuantities, parseQuantity } from '../../../src/apimachinery/quantity.ts';
import { canonicalMicroTime, canonicalTime } from '../../../src/apimachinery/timestamps.ts';
import { BackendFailure, readAnswer } from '../../../src/apiserver/backends/index.ts';
import { compileJsonPath } from '../../../src/apiserver/crd/json-path.ts';
import { convertedIn } from '../../../src/apiserver/webhooks/converted.ts';
import { CallFailure } from '../../../src/apiserver/webhooks/failure.ts';
import { refusalOf, verdictOf } from '../../../src/apiserver/webhooks/response.ts';
import { mistypedMember } from '../../../src/apiserver/webhooks/response-types.ts';
import {
  ipText,
  isDeeperThan,
  isObject,
  type JsonObject,
  nestingLevelsLimit,
  parseIp,
  parseIpRange,
} from '../../../src/base/index.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from '../../../src/cel/time.ts';
import {
  bitString,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  utf8String,
} from '../../../src/http/certificates/der.ts';
import { readRequest } from '../../../src/http/certificates/request.ts';
import { readWitness, witnessFile } from '../../../src/store/drivers/sqlite/witness.ts';
import { specimens } from '../../apiserver/every-kind.ts';
import { temporaryFolder } from '../../support/belongings.ts';
import { bytesForm } from '../inputs/bytes.ts';
import { textForm } from '../inputs/text.ts';
import { isRefusal, type Target } from '../target.ts';

/** Quantities: their canonical form says the same, and is canonical. */
export const quantities: Target<string> = {
  name: 'quantity',
  form: textForm,
  corpus: () => ['1', '500m', '1.5Gi', '-1e3', '0.1', '+12E', '1Ki', '100n', '.5', '5.'],
  run(text) {
    const [quantity, canonical] = [parseQuantity(text), canonicalQuantity(text)];
    assert.equal(canonical === undefined, quantity === undefined);
    if (!quantity || canonical === undefined) return;
    const again = parseQuantity(canonical);
    assert.ok(again && compareQuantities(again, quantity) === 0, canonical);
    assert.equal(canonicalQuantity(canonical), canonical);
  },
};

/** Times and durations. */
export const times: Target<string> = {
  name: 'time',
  form: textForm,
  corpus: () => [
    ...[
      '2024-02-29T12:00:00Z',
      '2024-01-01T00:00:00.123456+01:00',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-23:59',
    ],
    ...['1h30m', '-1.5s', '100ns', '0', '2540400h', '.5h', '1us'],
  ],
  run(text) {
    for (const canonical of [canonicalTime, canonicalMicroTime]) {
      const time = canonical(text);
      if (time === undefined) continue;
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/);
      assert.equal(canonical(time), time);
    }
    const duration = parseDuration(text);
    if (duration) assert.equal(parseDuration(formatDuration(duration))?.nanos, duration.nanos);
    const timestamp = parseTimestamp(text);
    if (timestamp) assert.equal(parseTimestamp(formatTimestamp(timestamp))?.nanos, timestamp.nanos);
  },
};

const start = Date.UTC(2024, 1, 28);

/** Schedules: the next time of one is after now, and is found in bounded steps. */
export const schedules: Target<string> = {
  name: 'schedule',
  form: textForm,
  corpus: () => [
    '*/5 0-6,22 1,15 jan-mar MON',
    '@every 1h30m',
    '@daily',
    '0 0 30 2 *',
    '0 0 29 2 1',
    'TZ=UTC 0 0 * * *',
  ],
  run(text) {
    const schedule = parseSchedule(text);
    if ('problem' in schedule) return;
    const next = nextTime(schedule, start, wallClock(undefined));
    assert.ok(next === undefined || next > start - 1_000, String(next));
  },
};

const shown: JsonObject = {
  metadata: { name: 'a', labels: { 'x.y': 'z' } },
  spec: { l: [{ a: 1, b: [{ c: 'd' }] }, { a: 2 }], m: { k: { n: null } } },
};

/** Paths of columns. */
export const jsonPaths: Target<string> = {
  name: 'json-path',
  form: textForm,
  corpus: () => [
    '.spec.l[0].b[*].c',
    ".metadata.labels['x\\.y']",
    '.spec.l[?(@.a>1)].a',
    '..c',
    '$.spec.l[-1:].a',
    '.spec.l[0,1]["a"]',
    '.spec..b..c',
  ],
  run(text) {
    const path = compileJsonPath(text);
    for (const object of [shown, ...specimens.slice(0, 5).map((each) => each.object)])
      assert.ok(Array.isArray(path.find(object)));
  },
};

/** Addresses and ranges. */
export const addresses: Target<string> = {
  name: 'address',
  form: textForm,
  corpus: () => [
    '1.2.3.4',
    '::1',
    '2001:db8::1',
    '::ffff:1.2.3.4',
    'fe80::1%eth0',
    '10.0.0.0/8',
    '::/0',
    '1.2.3.4/33',
  ],
  run(text) {
    const address = parseIp(text);
    if (address) assert.equal(parseIp(ipText(address))?.value, address.value);
    const range = parseIpRange(text);
    if (range) assert.ok(range.first <= range.last);
  },
};

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** What a request says before it is signed: a subject, a key and the alternative names that it asks for. */
function requestInfo(): Uint8Array {
  const part = (type: string, text: string) => set(sequence(objectIdentifier(type), utf8String(text)));
  const names = sequence(
    implicit(2, Buffer.from('a.example')),
    implicit(7, Uint8Array.of(127, 0, 0, 1)),
    implicit(6, Buffer.from('spiffe://a')),
  );
  const extensions = sequence(sequence(objectIdentifier('2.5.29.17'), octetString(names)));
  return sequence(
    integer(Uint8Array.of(0)),
    sequence(part('2.5.4.10', 'system:nodes'), part('2.5.4.3', 'system:node:n')),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0, sequence(objectIdentifier('1.2.840.113549.1.9.14'), set(extensions))),
  );
}

/** Signing requests, each signed with its own key: read, or refused in the words of the readers of ASN.1 and X.509. */
export const signingRequests: Target<Uint8Array> = {
  name: 'signing-request',
  form: bytesForm,
  corpus: () => [requestInfo()],
  run(info) {
    const algorithm = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
    for (const der of [info, sequence(info, algorithm, bitString(sign('sha256', info, privateKey)))]) {
      const body = Buffer.from(der).toString('base64');
      const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`;
      const read = readRequest(Buffer.from(pem).toString('base64'));
      if (read instanceof Error) assert.match(read.message, /^(?:asn1|x509|PEM)/);
      else assert.equal(typeof read.commonName, 'string');
    }
  },
};

const review = (response: JsonObject) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response,
});
const reviews: readonly JsonObject[] = [
  review({
    uid: 'u',
    allowed: true,
    patchType: 'JSONPatch',
    patch: 'W10=',
    warnings: ['w'],
    auditAnnotations: { a: 'b' },
  }),
  review({
    uid: 'u',
    allowed: false,
    status: {
      code: 403,
      reason: 'Forbidden',
      message: 'm',
      details: { name: 'n', causes: [{ field: 'f' }], retryAfterSeconds: 3 },
    },
  }),
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    response: {
      uid: 'u',
      result: { status: 'Success' },
      convertedObjects: [{ apiVersion: 'a/v1', kind: 'K', metadata: { name: 'n', labels: { a: 'b' } } }],
    },
  },
];

/** What webhooks answer: a verdict or objects, or a failure of the call, which its policy may forgive. */
export const webhookAnswers: Target<Uint8Array> = {
  name: 'webhook-answer',
  form: bytesForm,
  corpus: () => [
    ...reviews.map((each) => Buffer.from(JSON.stringify(each))),
    Buffer.from(
      'kind: AdmissionReview\napiVersion: admission.k8s.io/v1\nresponse: {uid: u, allowed: true}\n',
    ),
  ],
  refuses: (thrown) => thrown instanceof CallFailure || thrown instanceof BackendFailure || isRefusal(thrown),
  run(bytes) {
    const answer = { status: 200, header: () => 'application/json', body: Buffer.from(bytes) };
    for (const [group, kind] of [
      ['admission.k8s.io', 'AdmissionReview'],
      ['apiextensions.k8s.io', 'ConversionReview'],
    ] as const) {
      // Status, type and body are all that is read of an answer.
      const object = readAnswer(answer as never, { group, kind, version: 'v1', known: ['v1', 'v1beta1'] });
      assert.ok(!isDeeperThan(object, nestingLevelsLimit), 'not nested too deeply');
      if (mistypedMember(object) === undefined && kind === 'AdmissionReview') {
        const verdict = verdictOf(object, { webhook: 'w', uid: 'u', version: 'v1', mayPatch: true });
        const refusal = refusalOf('w', verdict.result);
        assert.ok(refusal.code >= 400 && refusal.code <= 599 && JSON.stringify(refusal.toStatus()));
      }
      const { response } = object;
      const made = isObject(response) ? response['convertedObjects'] : undefined;
      const source = { apiVersion: 'a/v2', kind: 'K', metadata: { name: 'n' } };
      if (Array.isArray(made)) convertedIn(made, { sources: [source], apiVersion: 'a/v1' });
    }
  },
};

let folder: string | undefined;

/** The witness beside a database: what it says was written there, or nothing. */
export const witnesses: Target<Uint8Array> = {
  name: 'witness',
  form: bytesForm,
  uncounted: true,
  corpus: () => [Buffer.alloc(1024), Buffer.from('DWIT')],
  run(bytes) {
    folder ??= temporaryFolder('fuzz');
    const database = join(folder, 'a.db');
    writeFileSync(witnessFile(database), bytes);
    const { found } = readWitness(witnessFile(database));
    if (found) for (const value of Object.values(found)) assert.equal(typeof value, 'number');
  },
};
