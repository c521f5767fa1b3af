import { BenchClient, type Target } from './client.ts';

/** One measured row: a rate in calls a second, or a latency in milliseconds. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: '/s' | 'ms';
}

const dataBytes = 900;
const objects = 5_000;
const seconds = 3;
const namespace = '/api/v1/namespaces/default';

/** Drives one server through every row of the table. Rates are medians of three rounds. */
export async function measure(target: Target): Promise<Row[]> {
  const client = new BenchClient(target);
  const run = new Run(client);
  await run.fill();
  const rows: Row[] = [];
  const rate = async (name: string, callers: number, call: (n: number) => Promise<void>) => {
    rows.push({ name, unit: '/s', value: await run.rate(callers, call) });
  };
  await rate('GET, 1 caller', 1, () => run.get());
  await rate('GET, 16 callers', 16, () => run.get());
  await rate('LIST 500 of 5,000', 1, () => run.list('?limit=500'));
  await rate('LIST 5,000', 1, () => run.list(''));
  await rate('LIST 5,000, resourceVersion=0', 1, () => run.list('?resourceVersion=0'));
  await rate('LIST with a label that matches nothing', 1, () => run.list('?labelSelector=none%3Dsuch'));
  await rate('CREATE, 1 caller', 1, () => run.createConfigMap());
  await rate('CREATE, 16 callers', 16, () => run.createConfigMap());
  await rate('CREATE pods, 16 callers', 16, () => run.createPod());
  await rate('PATCH (merge), 16 callers', 16, (n) => run.mergePatch(n));
  await rate('PATCH (apply), 16 callers', 16, (n) => run.apply(n));
  for (const watchers of [100, 1_000]) {
    const { p50, p99 } = await run.watchLatency(target, watchers);
    rows.push({ name: `watch, ${watchers} watchers, p50`, unit: 'ms', value: p50 });
    rows.push({ name: `watch, ${watchers} watchers, p99`, unit: 'ms', value: p99 });
  }
  client.close();
  return rows;
}

class Run {
  readonly #client: BenchClient;
  readonly #stamp = Date.now().toString(36);
  readonly #payload = 'x'.repeat(dataBytes);
  #counter = 0;

  constructor(client: BenchClient) {
    this.#client = client;
  }

  /** 5,000 ConfigMaps in a namespace of their own, so that creates elsewhere do not change the lists. */
  async fill(): Promise<void> {
    await this.#client.request({
      method: 'POST',
      path: '/api/v1/namespaces',
      body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bench' } }),
    });
    for (let i = 0; i < objects; i += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, k) =>
          this.#post('/api/v1/namespaces/bench/configmaps', this.#configMap(`cm-${i + k}`)),
        ),
      );
    }
    for (let i = 0; i < 16; i++) await this.#post(`${namespace}/configmaps`, this.#configMap(`patched-${i}`));
  }

  async rate(callers: number, call: (caller: number) => Promise<void>): Promise<number> {
    const rounds: number[] = [];
    for (let round = 0; round < 3; round++) {
      const startMs = performance.now();
      const endMs = startMs + (seconds * 1000) / 3;
      let done = 0;
      const worker = async (caller: number) => {
        while (performance.now() < endMs) {
          await call(caller);
          done++;
        }
      };
      await Promise.all(Array.from({ length: callers }, (_, n) => worker(n)));
      rounds.push(done / ((performance.now() - startMs) / 1000));
    }
    return median(rounds);
  }

  async get(): Promise<void> {
    const name = `cm-${(this.#counter++ * 7919) % objects}`;
    await this.#expect(200, { method: 'GET', path: `/api/v1/namespaces/bench/configmaps/${name}` });
  }

  async list(query: string): Promise<void> {
    await this.#expect(200, { method: 'GET', path: `/api/v1/namespaces/bench/configmaps${query}` });
  }

  createConfigMap(): Promise<void> {
    return this.#post(`${namespace}/configmaps`, this.#configMap(`made-${this.#stamp}-${this.#counter++}`));
  }

  createPod(): Promise<void> {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${this.#stamp}-${this.#counter++}` },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    };
    return this.#post(`${namespace}/pods`, JSON.stringify(pod));
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

  /** Time from sending a create to its event at each of the watchers, over 30 creates. */
  async watchLatency(target: Target, watchers: number): Promise<{ p50: number; p99: number }> {
    const perSession = 100;
    const sessions = Array.from({ length: Math.ceil(watchers / perSession) }, () => new BenchClient(target));
    const sentMs = new Map<string, number>();
    const latenciesMs: number[] = [];
    let missing = 0;
    let allSeen = () => {};
    const onLine = (line: string) => {
      const name = /"name":"(watched-[^"]+)"/.exec(line)?.[1];
      const sent = name === undefined ? undefined : sentMs.get(name);
      if (sent === undefined) return;
      latenciesMs.push(performance.now() - sent);
      if (--missing === 0) allSeen();
    };
    const path = '/api/v1/namespaces/bench/secrets?watch=true&resourceVersion=0';
    const stops = await Promise.all(
      Array.from({ length: watchers }, (_, i) => sessions[i % sessions.length]?.watch(path, onLine)),
    );
    for (let i = 0; i < 30; i++) {
      const name = `watched-${this.#stamp}-${watchers}-${i}`;
      missing = watchers;
      const seen = new Promise<void>((resolve) => {
        allSeen = resolve;
      });
      sentMs.set(name, performance.now());
      await this.#post(
        '/api/v1/namespaces/bench/secrets',
        JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name } }),
      );
      await seen;
    }
    for (const stop of stops) stop?.();
    for (const session of sessions) session.close();
    latenciesMs.sort((a, b) => a - b);
    return { p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99) };
  }

  #configMap(name: string): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { app: 'bench' } },
      data: { payload: this.#payload },
    });
  }

  #post(path: string, body: string): Promise<void> {
    return this.#expect(201, { method: 'POST', path, body });
  }

  async #expect(
    status: number,
    call: { method: string; path: string; body?: string; contentType?: string },
  ): Promise<void> {
    const answer = await this.#client.request(call);
    if (answer.status !== status) throw new Error(`${call.method} ${call.path} answered ${answer.status}`);
  }
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** `sorted` is ascending. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
