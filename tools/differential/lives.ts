import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { mergeInto } from '../../test/kinds/reference/compare.ts';
import { type Ask, objectOf } from './ask.ts';
import { bothObjects, type Comparison } from './comparison.ts';
import { collectionOf, objectNamed, type Subject } from './subjects.ts';

const forms = {
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  partial: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  partialList: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  partialProtobuf: 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
} as const;
export const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** One object of a kind from its first creation to its end, with every verb. */
export async function compareLife(
  comparison: Comparison,
  subject: Subject,
  namespace: string,
): Promise<void> {
  await comparison.quietly({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: namespace } },
  });
  const life = new Life(comparison, subject, namespace);
  await life.begin();
  await life.shows();
  await life.updates();
  await life.patches();
  await life.applies();
  await life.subresources();
  await life.others();
  await life.ends();
  await life.watches();
}

class Life {
  readonly #comparison: Comparison;
  readonly #subject: Subject;
  readonly #namespace: string;
  readonly #collection: string;
  readonly #name: string;
  readonly #one: string;
  readonly #object: JsonObject;
  #begun: [string, string] = ['0', '0'];

  constructor(comparison: Comparison, subject: Subject, namespace: string) {
    this.#comparison = comparison;
    this.#subject = subject;
    this.#namespace = namespace;
    this.#collection = collectionOf(subject, namespace);
    this.#name = subject.ownName ?? `life-${namespace}`;
    this.#one = `${this.#collection}/${this.#name}`;
    this.#object = objectNamed(subject, this.#name, namespace);
  }

  async begin(): Promise<void> {
    const { real, ours } = await this.#ask('list', { method: 'GET', path: `${this.#collection}?limit=500` });
    this.#begun = [versionOf(objectOf(real)), versionOf(objectOf(ours))];
    const create = (query: string, object: JsonObject = this.#object) =>
      this.#ask('create', { method: 'POST', path: this.#collection + query, body: object });
    await create('?dryRun=All');
    await create('?dryRun=All&fieldValidation=Strict&fieldManager=me', { ...this.#object, unknown: 1 });
    await create('?fieldManager=first');
    await create('');
    if (this.#subject.ownName === undefined) {
      const metadata = isObject(this.#object['metadata']) ? this.#object['metadata'] : {};
      const { name: _, ...rest } = metadata;
      await create('?dryRun=All', { ...this.#object, metadata: { ...rest, generateName: 'drawn-' } });
    }
  }

  async shows(): Promise<void> {
    const get = (query: string, accept: string) =>
      this.#ask('get', { method: 'GET', path: this.#one + query, accept });
    await get('', 'application/json');
    await get('?pretty=true', 'application/json');
    for (const accept of Object.values(forms)) await get('', accept);
    await get('?resourceVersion=0&includeObject=Object', forms.table);
    await get('?includeObject=None', forms.table);
    const mine = `fieldSelector=metadata.name%3D${this.#name}`;
    for (const accept of ['application/json', ...Object.values(forms)]) {
      await this.#ask('list', { method: 'GET', path: `${this.#collection}?${mine}`, accept });
    }
    const queries = [
      'limit=1',
      'labelSelector=none%3Dsuch',
      'labelSelector=app+in+(specimen)',
      `${mine}&resourceVersion=0`,
      `${mine}&resourceVersion=0&resourceVersionMatch=NotOlderThan`,
      'fieldSelector=no.such%3Dfield',
    ];
    for (const query of queries)
      await this.#ask('list', { method: 'GET', path: `${this.#collection}?${query}` });
    if (!this.#subject.namespaced) return;
    const everywhere = `${this.#subject.root}/${this.#subject.resource}?fieldSelector=metadata.namespace%3D${this.#namespace}`;
    await this.#ask('list', { method: 'GET', path: everywhere });
    await this.#ask('list', { method: 'GET', path: everywhere, accept: forms.table });
  }

  async updates(): Promise<void> {
    const before = await this.#both();
    if (!before) return;
    const put = (section: string, query: string, made: (object: JsonObject) => JsonObject) =>
      this.#ask(section, [
        { method: 'PUT', path: this.#one + query, body: made(before.real) },
        { method: 'PUT', path: this.#one + query, body: made(before.ours) },
      ]);
    const changed = (object: JsonObject) => mergeInto(structuredClone(object), this.#subject.change);
    await put('update', '', (object) => object);
    await put('update', '?dryRun=All&fieldManager=second', changed);
    await put('update', '?fieldManager=second', changed);
    await put('update', '?fieldManager=second', (object) =>
      withMetadata(changed(object), { resourceVersion: '1' }),
    );
    await put('update', '?dryRun=All', (object) =>
      withMetadata(object, { uid: 'ffffffff-0000-4000-8000-000000000000' }),
    );
    await put('update', '?dryRun=All', (object) => withMetadata(object, { resourceVersion: undefined }));
    await put('update', '?dryRun=All', (object) => withMetadata(object, { name: 'another' }));
    await this.#ask('update', { method: 'PUT', path: this.#one, body: this.#object });
    await this.#ask('update', {
      method: 'PUT',
      path: `${this.#collection}/absent-${this.#namespace}?dryRun=All`,
      body: objectNamed(this.#subject, `absent-${this.#namespace}`, this.#namespace),
    });
  }

  async patches(): Promise<void> {
    const patch = (query: string, body: Json, type: string) =>
      this.#ask('patch', { method: 'PATCH', path: this.#one + query, body, type });
    const note = { metadata: { annotations: { note: 'one' }, labels: { drawn: 'yes' } } };
    await patch('?fieldManager=third', note, patchTypes.merge);
    await patch('', this.#subject.change, patchTypes.merge);
    await patch('?dryRun=All', this.#subject.change, patchTypes.strategic);
    await patch(
      '?fieldManager=third',
      { metadata: { annotations: { note: null, other: 'two' } } },
      patchTypes.strategic,
    );
    await patch('', [{ op: 'add', path: '/metadata/annotations/third', value: 'three' }], patchTypes.json);
    await patch('', [{ op: 'test', path: '/metadata/annotations/third', value: 'four' }], patchTypes.json);
    await patch('', [{ op: 'remove', path: '/metadata/annotations/absent' }], patchTypes.json);
    await patch('', note, 'application/json');
    await patch('?force=true', note, patchTypes.merge);
    await patch('', { metadata: { resourceVersion: '1' } }, patchTypes.merge);
  }

  async applies(): Promise<void> {
    const apply = (query: string, body: JsonObject, path = this.#one) =>
      this.#ask('apply', { method: 'PATCH', path: path + query, body, type: patchTypes.apply });
    const whole = mergeInto(structuredClone(this.#object), this.#subject.change);
    const { apiVersion = '', kind = '' } = this.#object;
    const little = { apiVersion, kind, metadata: { name: this.#name, labels: { applied: 'yes' } } };
    await apply('', little);
    await apply('?fieldManager=fourth&dryRun=All', whole);
    await apply('?fieldManager=fourth', whole);
    await apply('?fieldManager=fourth&force=true', whole);
    await apply('?fieldManager=fifth', little);
    await apply('?fieldManager=fifth', {
      ...little,
      metadata: { name: this.#name, labels: { applied: 'no' } },
    });
    await apply('?fieldManager=sixth', {
      ...little,
      metadata: { name: this.#name, labels: { applied: 'perhaps' } },
    });
    await apply('?fieldManager=sixth&force=true', {
      ...little,
      metadata: { name: this.#name, labels: { applied: 'so' } },
    });
    await apply('?fieldManager=fifth', { apiVersion, kind, metadata: { name: this.#name } });
    await apply('?fieldManager=fourth', this.#object);
    if (this.#subject.ownName !== undefined) return;
    const fresh = `applied-${this.#namespace}`;
    const path = `${this.#collection}/${fresh}`;
    await apply('?fieldManager=first', objectNamed(this.#subject, fresh, this.#namespace), path);
    await apply('?fieldManager=first', objectNamed(this.#subject, fresh, this.#namespace), path);
    await this.#ask('delete', { method: 'DELETE', path });
  }

  async subresources(): Promise<void> {
    for (const subresource of ['status', 'scale']) {
      const path = `${this.#one}/${subresource}`;
      const { real, ours } = await this.#ask(subresource, { method: 'GET', path });
      await this.#ask(subresource, { method: 'GET', path, accept: forms.table });
      const put = [real, ours].map((answer) => ({ method: 'PUT', path, body: objectOf(answer) }));
      const [there, here] = put;
      if (real.status === 200 && ours.status === 200 && there && here)
        await this.#ask(subresource, [there, here]);
      const patches: readonly [string, JsonObject][] = [
        [
          '',
          {
            status: {
              conditions: [
                {
                  type: 'A',
                  status: 'True',
                  reason: 'B',
                  message: 'c',
                  lastTransitionTime: '2026-01-01T00:00:00Z',
                },
              ],
            },
          },
        ],
        ['?fieldManager=third', { metadata: { labels: { through: subresource } } }],
        ['?dryRun=All', { spec: { replicas: 3 } }],
        ['', { spec: { replicas: 2 } }],
        ['', { spec: { replicas: -1 } }],
        ['', { status: { unknown: 'x', phase: 1 } }],
      ];
      for (const [query, body] of patches) {
        await this.#ask(subresource, { method: 'PATCH', path: path + query, body, type: patchTypes.merge });
      }
      const { apiVersion = '', kind = '' } = this.#object;
      const applied = { apiVersion, kind, metadata: { name: this.#name }, status: {} };
      await this.#ask(subresource, {
        method: 'PATCH',
        path: `${path}?fieldManager=sub`,
        body: applied,
        type: patchTypes.apply,
      });
    }
  }

  /** Subresources that few kinds have, and one that none has. */
  async others(): Promise<void> {
    const bodies: Readonly<Record<string, JsonObject>> = {
      eviction: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: this.#name } },
      binding: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: this.#name },
        target: { kind: 'Node', name: 'nobody' },
      },
      token: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['a'] } },
      approval: {},
      finalize: {},
      ephemeralcontainers: { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } },
      resize: { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] } },
      log: {},
      exec: {},
      proxy: {},
      nothing: {},
    };
    const own = this.#subject.subresources;
    for (const [subresource, body] of Object.entries(bodies)) {
      if (subresource !== 'nothing' && !own.includes(subresource)) continue;
      const path = `${this.#one}/${subresource}`;
      await this.#ask('subresource', { method: 'POST', path: `${path}?dryRun=All`, body });
      await this.#ask('subresource', { method: 'POST', path, body: { ...body, kind: 'Wrong' } });
      await this.#ask('subresource', { method: 'GET', path });
      await this.#ask('subresource', {
        method: 'PATCH',
        path: `${path}?dryRun=All`,
        body,
        type: patchTypes.strategic,
      });
    }
  }

  async ends(): Promise<void> {
    const end = (query: string, body?: JsonObject) =>
      this.#ask('delete', { method: 'DELETE', path: this.#one + query, ...(body && { body }) });
    const options = { apiVersion: 'v1', kind: 'DeleteOptions' };
    await end('?dryRun=All');
    await end('', { ...options, preconditions: { uid: 'ffffffff-0000-4000-8000-000000000000' } });
    await end('', { ...options, preconditions: { resourceVersion: '1' } });
    await end('', { ...options, propagationPolicy: 'Sideways' });
    await end('', { ...options, orphanDependents: true, propagationPolicy: 'Orphan' });
    await end('', { kind: 'Pod', apiVersion: 'v1' });
    await this.#ask('patch', {
      method: 'PATCH',
      path: this.#one,
      body: { metadata: { finalizers: ['example.com/hold'] } },
      type: patchTypes.merge,
    });
    await end('?gracePeriodSeconds=0', { ...options, propagationPolicy: 'Background' });
    await end('');
    await this.#ask('get', { method: 'GET', path: this.#one });
    await this.#ask('patch', {
      method: 'PATCH',
      path: this.#one,
      body: { metadata: { finalizers: null } },
      type: patchTypes.merge,
    });
    await end('?gracePeriodSeconds=0');
    await this.#ask('get', { method: 'GET', path: this.#one });
    const all = `${this.#collection}?labelSelector=drawn%3D${this.#namespace}`;
    for (const at of [1, 2]) {
      const object = objectNamed(
        this.#subject,
        this.#subject.ownName ?? `all-${at}-${this.#namespace}`,
        this.#namespace,
      );
      await this.#ask('create', {
        method: 'POST',
        path: this.#collection,
        body: withMetadata(object, { labels: { drawn: this.#namespace } }),
      });
    }
    await this.#ask('deletecollection', { method: 'DELETE', path: `${all}&dryRun=All` });
    await this.#ask('deletecollection', {
      method: 'DELETE',
      path: all,
      body: { ...options, gracePeriodSeconds: 0 },
    });
    await this.#ask('list', { method: 'GET', path: all });
  }

  async watches(): Promise<void> {
    const watch = ([real, ours]: readonly [string, string], query: string, accept?: string) => {
      const ask = (version: string): Ask => ({
        method: 'GET',
        path: `${this.#collection}?watch=1&timeoutSeconds=1&resourceVersion=${version}${query}`,
        ...(accept !== undefined && { accept }),
      });
      return this.#ask('watch', [ask(real), ask(ours)]);
    };
    const mine = `&fieldSelector=metadata.name%3D${this.#name}`;
    await Promise.all([
      watch(this.#begun, this.#subject.namespaced ? '' : mine),
      watch(this.#begun, mine, forms.table),
      watch(this.#begun, mine, forms.partial),
      watch(this.#begun, mine, forms.protobuf),
      watch(this.#begun, '&labelSelector=applied'),
      watch(['999999999', '999999999'], ''),
      watch(['x', 'x'], ''),
      watch(['0', '0'], mine),
    ]);
  }

  async #both() {
    return bothObjects(await this.#ask('get', { method: 'GET', path: this.#one }));
  }

  #ask(section: string, asked: Ask | readonly [Ask, Ask]) {
    return this.#comparison.ask(section, asked);
  }
}

function versionOf(object: JsonObject): string {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  return String(metadata['resourceVersion'] ?? '0');
}

function withMetadata(object: JsonObject, change: { readonly [key: string]: Json | undefined }): JsonObject {
  const metadata: JsonObject = { ...(isObject(object['metadata']) ? object['metadata'] : {}) };
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) delete metadata[key];
    else metadata[key] = value;
  }
  return { ...object, metadata };
}
