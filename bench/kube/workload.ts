import { quantile } from '../figures.ts';
import { BenchClient, type ClientCall, type Target } from './client.ts';

export const filled = { configMaps: 5_000, pods: 2_000 } as const;
const dataBytes = 900;
const patchedObjects = 16;
const changedObjects = 40;
const parallelCreates = 50;
const watchersPerSession = 100;
const watchedCreates = { warmUp: 5, counted: 30 } as const;
const namespace = '/api/v1/namespaces/default';
const filledNamespace = '/api/v1/namespaces/bench';

export const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io';
export const protobufType = 'application/vnd.kubernetes.protobuf';

/** The calls of the rows, on one server. */
export class Workload {
  readonly #client: BenchClient;
  readonly #target: Target;
  readonly #stamp = Date.now().toString(36);
  readonly #payload = 'x'.repeat(dataBytes);
  #counter = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#client = new BenchClient(target);
  }

  close(): void {
    this.#client.close();
  }

  /** 5,000 ConfigMaps and 2,000 pods in a namespace of their own, so that creates elsewhere do not change the lists. */
  async fill(): Promise<void> {
    await this.#post(
      '/api/v1/namespaces',
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bench' } }),
    );
    await this.#many(filled.configMaps, (at) =>
      this.#post(`${filledNamespace}/configmaps`, this.#configMap(`cm-${at}`)),
    );
    await this.#many(filled.pods, (at) => this.#post(`${filledNamespace}/pods`, pod(`pod-${at}`)));
    await this.#many(patchedObjects, (at) =>
      this.#post(`${namespace}/configmaps`, this.#configMap(`patched-${at}`)),
    );
    await this.#letRead('noisy', 'quiet');
    await this.#checkLists();
  }

  async get(): Promise<void> {
    const name = `cm-${(this.#counter++ * 7919) % filled.configMaps}`;
    await this.#expect(200, { method: 'GET', path: `${filledNamespace}/configmaps/${name}` });
  }

  async list(resource: string, query = '', accept = 'application/json'): Promise<void> {
    await this.#expect(200, { method: 'GET', path: `${filledNamespace}/${resource}${query}`, accept });
  }

  /** Changes one of the objects that are listed, on the first page too. */
  async change(resource: 'configmaps' | 'pods'): Promise<void> {
    const name = `${resource === 'pods' ? 'pod' : 'cm'}-${100 + (this.#counter++ % changedObjects)}`;
    await this.#expect(200, {
      method: 'PATCH',
      path: `${filledNamespace}/${resource}/${name}`,
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ metadata: { annotations: { step: String(this.#counter) } } }),
    });
  }

  createConfigMap(): Promise<void> {
    return this.#post(`${namespace}/configmaps`, this.#configMap(`made-${this.#stamp}-${this.#counter++}`));
  }

  createPod(): Promise<void> {
    return this.#post(`${namespace}/pods`, pod(`pod-${this.#stamp}-${this.#counter++}`));
  }

  async mergePatch(caller: number): Promise<void> {
    await this.#expect(200, {
      method: 'PATCH',
      path: `${namespace}/configmaps/patched-${caller}`,
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ data: { step: String(this.#counter++) } }),
    });
  }

  async apply(caller: number): Promise<void> {
    const name = `patched-${caller}`;
    await this.#expect(200, {
      method: 'PATCH',
      path: `${namespace}/configmaps/${name}?fieldManager=bench&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        data: { applied: String(this.#counter++) },
      }),
    });
  }

  /** Milliseconds that a GET of one user takes, sorted, while another has so many lists under way; refused lists are asked for again. */
  async getBeside(listing: number, durationMs: number): Promise<number[]> {
    const noisy = new BenchClient(this.#target);
    const takenMs: number[] = [];
    const path = `${filledNamespace}/configmaps`;
    let goesOn = true;
    const lists = Array.from({ length: listing }, async () => {
      while (goesOn) await noisy.request({ method: 'GET', path: `${path}?limit=500`, as: 'noisy' });
    });
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      await this.#expect(200, { method: 'GET', path: `${path}/cm-7`, as: 'quiet' });
      takenMs.push(performance.now() - sentMs);
    }
    goesOn = false;
    await Promise.all(lists);
    noisy.close();
    return takenMs.sort((one, other) => one - other);
  }

  /** Milliseconds from sending a create to its event at each of the watchers. */
  async watchLatency(watchers: number): Promise<{ p50: number; p99: number }> {
    const sessions = Array.from(
      { length: Math.ceil(watchers / watchersPerSession) },
      () => new BenchClient(this.#target),
    );
    const events = new AwaitedEvents();
    const path = `${filledNamespace}/secrets?watch=true&resourceVersion=0`;
    const stops = await Promise.all(
      Array.from({ length: watchers }, (_, at) =>
        sessions[at % sessions.length]?.watch(path, (lines) => events.seen(lines)),
      ),
    );
    for (let at = 0; at < watchedCreates.warmUp + watchedCreates.counted; at++) {
      if (at === watchedCreates.warmUp) events.latenciesMs.length = 0;
      const name = `watched-${this.#stamp}-${this.#counter++}`;
      const all = events.expect(name, watchers);
      const secret = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name } });
      await Promise.all([this.#post(`${filledNamespace}/secrets`, secret), all]);
    }
    for (const stop of stops) stop?.();
    for (const session of sessions) session.close();
    const sorted = events.latenciesMs.sort((a, b) => a - b);
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  }

  /** A server that answers something else quickly must not look fast. */
  async #checkLists(): Promise<void> {
    const expected = [
      { path: 'configmaps', items: filled.configMaps },
      { path: 'configmaps?limit=500', items: 500 },
      { path: 'configmaps?labelSelector=none%3Dsuch', items: 0 },
      { path: 'pods', items: filled.pods },
    ];
    for (const { path, items } of expected) {
      const { text } = await this.#expect(200, {
        method: 'GET',
        path: `${filledNamespace}/${path}`,
        keep: true,
      });
      const found: unknown = JSON.parse(text);
      const list =
        found instanceof Object && 'items' in found && Array.isArray(found.items) ? found.items : [];
      if (list.length !== items) {
        throw new Error(`${this.#target.name}: ${path} holds ${list.length} items, not ${items}`);
      }
    }
  }

  async #letRead(...users: readonly string[]): Promise<void> {
    const name = 'bench-readers';
    // `view` itself is empty where no controller fills it.
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'system:aggregate-to-view',
      },
      subjects: users.map((user) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user })),
    };
    await this.#post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', JSON.stringify(binding));
  }

  async #many(count: number, make: (at: number) => Promise<unknown>): Promise<void> {
    for (let at = 0; at < count; at += parallelCreates) {
      const size = Math.min(parallelCreates, count - at);
      await Promise.all(Array.from({ length: size }, (_, offset) => make(at + offset)));
    }
  }

  #configMap(name: string): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { app: 'bench' } },
      data: { payload: this.#payload },
    });
  }

  async #post(path: string, body: string): Promise<void> {
    await this.#expect(201, { method: 'POST', path, body });
  }

  async #expect(status: number, call: ClientCall) {
    const answer = await this.#client.request(call);
    if (answer.status !== status) {
      throw new UnexpectedStatus(
        `${this.#target.name}: ${call.method} ${call.path} answered ${answer.status}`,
      );
    }
    return answer;
  }
}

export class UnexpectedStatus extends Error {}

/** The events that watchers wait for, one name at a time. */
class AwaitedEvents {
  readonly latenciesMs: number[] = [];
  #name = Buffer.alloc(0);
  #sentMs = 0;
  #missing = 0;
  #done = () => {};

  expect(name: string, watchers: number): Promise<void> {
    this.#name = Buffer.from(`"name":"${name}"`);
    this.#missing = watchers;
    this.#sentMs = performance.now();
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  seen(lines: Buffer): void {
    if (!lines.includes(this.#name)) return;
    this.latenciesMs.push(performance.now() - this.#sentMs);
    if (--this.#missing === 0) this.#done();
  }
}

function pod(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  });
}
