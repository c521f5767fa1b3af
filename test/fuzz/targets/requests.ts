import assert from 'node:assert/strict';
import { parseFieldSelector } from '../../../src/apimachinery/selectors/fields.ts';
import { type Labels, parseLabelSelector } from '../../../src/apimachinery/selectors/labels.ts';
import { StatusError } from '../../../src/apimachinery/status.ts';
import { errorRendering, negotiate } from '../../../src/apiserver/request/accept.ts';
import { readOptions } from '../../../src/apiserver/request/options.ts';
import { readRequestInfo } from '../../../src/apiserver/request/request-info.ts';
import { isUnsigned, isVersion, writtenVersion } from '../../../src/apiserver/request/resource-version.ts';
import { confirmedSubprotocol, subprotocolToken } from '../../../src/apiserver/request/subprotocols.ts';
import { decodeContinueToken, encodeContinueToken } from '../../../src/apiserver/storage/continue-token.ts';
import type { Random } from '../../../src/base/index.ts';
import { hostileTexts, pick } from '../inputs/hostile.ts';
import { textForm } from '../inputs/text.ts';
import { isRefusal, type Target } from '../target.ts';

const key = (random: Random) =>
  pick(random, ['a', 'app.kubernetes.io/name', 'x-y_z.0', '', '1', ...hostileTexts]);

function labelTerm(random: Random): string {
  const values = Array.from({ length: random.integer(4) }, () => key(random)).join(',');
  switch (random.integer(5)) {
    case 0:
      return `${key(random)}${pick(random, ['=', '==', '!=', '>', '<', ' in ', '='])}${key(random)}`;
    case 1:
      return `${key(random)} ${pick(random, ['in', 'notin', 'In'])} (${values})`;
    case 2:
      return `!${key(random)}`;
    default:
      return key(random);
  }
}

const list = (random: Random, term: (random: Random) => string): string =>
  Array.from({ length: random.integer(5) }, () => term(random)).join(pick(random, [',', ', ', ',,']));

const labelSets: readonly Labels[] = [{}, { a: 'b' }, { a: '', n: '6' }, { a: 'c', x: 'd' }];

/** Label selectors: what is read decides, and says the same for any order of the labels. */
export const labelSelectors: Target<string> = {
  name: 'label-selector',
  form: textForm,
  corpus: () => [
    'a=b',
    'a in (b,c),d notin (e),!f,g,h!=i',
    'n>5,m<7',
    'app.kubernetes.io/name==x',
    'a in ()',
  ],
  generate: (random) => list(random, labelTerm),
  run(text) {
    const selector = parseLabelSelector(text);
    if (!selector) return;
    for (const labels of labelSets) assert.equal(typeof selector.matches(labels), 'boolean');
  },
};

const escaped = (text: string) => text.replace(/[\\,=]/g, '\\$&');

/** Field selectors: what is read, written with escapes, is read as the same. */
export const fieldSelectors: Target<string> = {
  name: 'field-selector',
  form: textForm,
  corpus: () => [
    'metadata.name=x',
    'a=b,c!=d,e==f',
    'a=b\\,c,d=\\\\e\\=',
    'metadata.namespace!=,spec.nodeName=',
  ],
  generate: (random) => list(random, (each) => `${key(each)}${pick(each, ['=', '==', '!='])}${key(each)}`),
  run(text) {
    const terms = parseFieldSelector(text);
    const written = terms.map(({ path, equal, value }) => `${path}${equal ? '==' : '!='}${escaped(value)}`);
    const texts = (list: readonly unknown[]) => list.map((term) => JSON.stringify(term)).sort();
    assert.deepEqual(texts(parseFieldSelector(written.join(','))), texts(terms));
  },
};

/** Continue tokens: what is read, written and read again is the same place. */
export const continueTokens: Target<string> = {
  name: 'continue-token',
  form: textForm,
  corpus: () =>
    ['default/a', 'x', 'kube-system/é'].map((afterKey) => encodeContinueToken({ revision: 42, afterKey })),
  generate: (random) =>
    Buffer.from(
      JSON.stringify({
        v: pick(random, ['meta.k8s.io/v1', 'meta.k8s.io/v2', 1]),
        rv: pick(random, [1, -1, 0, 1.5, '1', 1e300, null]),
        start: pick(random, ['a/b\0', '/a', '../a\0', 'a//b', ...hostileTexts]),
      }),
    ).toString('base64url'),
  run(token) {
    const place = decodeContinueToken(token);
    assert.deepEqual(decodeContinueToken(encodeContinueToken(place)), place);
  },
};

const parameters = [
  ...[
    'labelSelector',
    'fieldSelector',
    'limit',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'force',
  ],
  ...[
    'timeoutSeconds',
    'allowWatchBookmarks',
    'sendInitialEvents',
    'dryRun',
    'fieldManager',
    'fieldValidation',
  ],
  ...['gracePeriodSeconds', 'propagationPolicy', 'orphanDependents', 'pretty', 'watch', 'x'],
];
const values = [
  '',
  '0',
  '1',
  'true',
  'false',
  'All',
  'Strict',
  'Warn',
  'Background',
  'NotOlderThan',
  'Exact',
];

/** Query options of every verb. */
export const queries: Target<string> = {
  name: 'query',
  form: textForm,
  corpus: () => [
    'limit=5&resourceVersion=0&resourceVersionMatch=NotOlderThan',
    'dryRun=All&fieldManager=m',
    'watch=1',
  ],
  generate: (random) =>
    list(
      random,
      (each) =>
        `${pick(each, parameters)}=${encodeURIComponent(textOf(pick(each, [...values, ...hostileTexts])))}`,
    ).replaceAll(',', '&'),
  run(text) {
    let refused = 0;
    for (const verb of [
      'get',
      'list',
      'watch',
      'create',
      'update',
      'patch',
      'delete',
      'deletecollection',
      'constructor',
    ]) {
      try {
        readOptions(new URLSearchParams(text), verb);
      } catch (thrown) {
        if (!isRefusal(thrown)) throw thrown;
        refused++;
      }
    }
    assert.ok(refused <= 9);
  },
};

/** A lone half of a pair cannot be escaped. */
function textOf(text: string): string {
  return text.toWellFormed();
}

/** Numbers that name a version. */
export const versions: Target<string> = {
  name: 'resource-version',
  form: textForm,
  corpus: () => ['0', '1', '18446744073709551615', '007', '-1', '', '1e3'],
  generate: (random) => pick(random, hostileTexts),
  refuses: (thrown) => thrown instanceof StatusError && /^strconv\.ParseUint: parsing /.test(thrown.message),
  run(text) {
    if (isVersion(text)) assert.ok(isUnsigned(text));
    const version = writtenVersion(text);
    assert.ok(version >= 0n && version < 2n ** 64n);
  },
};

/** `Accept` headers, for objects, custom objects and streams; errors are always shown somehow. */
export const acceptHeaders: Target<string> = {
  name: 'accept',
  form: textForm,
  corpus: () => [
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    'application/vnd.kubernetes.protobuf, application/json;q=0.5, */*;q=0.1',
    'application/yaml;stream=watch, text/yaml; pretty=1',
    'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1beta1',
  ],
  run(text) {
    assert.ok(errorRendering(text).format);
    for (const custom of [true, false])
      for (const stream of [true, false]) {
        try {
          const first = negotiate(text, { custom, stream, tables: true });
          assert.deepEqual(negotiate(text, { custom, stream, tables: true }), first);
        } catch (thrown) {
          if (!isRefusal(thrown)) throw thrown;
        }
      }
  },
};

/** Paths of a cluster. */
export const requestPaths: Target<string> = {
  name: 'request-path',
  form: textForm,
  corpus: () => [
    '/api/v1/namespaces/n/pods/p/log',
    '/apis/apps/v1/watch/namespaces/n/deployments',
    '/api/v1/nodes/n/proxy/a/b',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aadmin',
    '/healthz/etcd',
    '/api/v1/namespaces/n/status',
  ],
  run(path) {
    for (const method of ['GET', 'POST', 'DELETE', 'PATCH', 'constructor']) {
      const query = new URLSearchParams(path);
      const info = readRequestInfo({ method, path, rawQuery: path, query });
      if (info.kind === 'resource') assert.ok(!/[/]/.test(info.name + info.resource), 'names hold no slash');
    }
  },
};

/** Subprotocols that a WebSocket client offers. */
export const subprotocols: Target<string> = {
  name: 'subprotocol',
  form: textForm,
  corpus: () => ['v4.channel.k8s.io', 'base64url.bearer.authorization.k8s.io.YWJj, v5.channel.k8s.io', 'a,b'],
  run(text) {
    // Two members are all that is read of a request here.
    const request = { asksWebSocket: true, header: () => text } as never;
    const token = subprotocolToken(request);
    assert.ok(token === undefined || typeof token === 'string');
    confirmedSubprotocol(request);
  },
};
