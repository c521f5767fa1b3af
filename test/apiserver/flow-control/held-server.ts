import { tokenAuthenticator, type UserInfo } from '../../../src/apiserver/index.ts';
import type { Clock, JsonObject } from '../../../src/base/index.ts';
import { plainRequest } from '../../support/request.ts';
import { startTestServer, type TestServer, type TestServerOptions, users } from '../harness.ts';

export const flowGroup = 'flowcontrol.apiserver.k8s.io/v1';

/** A request that came to where the cluster asks whether it is allowed: it is at work until it is let go. */
export interface Held {
  readonly user: string;
  readonly namespace: string;
  letGo(): void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
}

/** A server on which requests of ordinary users stay at work until a test lets them go, one by one. */
export interface HeldServer extends TestServer {
  /** Those at work, in the order in which they began. */
  readonly held: readonly Held[];
  /** Sends a request with the token of that name; `leave` breaks it off. */
  ask(token: string, target?: string): { readonly answer: Promise<Answer>; leave(): void };
  /** Waits until so many are at work. */
  untilHeld(count: number): Promise<void>;
  /** Lets the oldest go and waits until its answer has left its seat. */
  letOneGo(): Promise<Held>;
  letAllGo(): Promise<void>;
  /** Any path, as the administrator. */
  text(path: string): Promise<string>;
}

const person = (username: string, ...groups: string[]): UserInfo => ({
  username,
  uid: '',
  groups,
  extra: {},
});

export async function startHeldServer(
  options: TestServerOptions & { readonly clock?: Clock; readonly people?: readonly string[] } = {},
): Promise<HeldServer> {
  const { people = ['noisy', 'quiet'], ...rest } = options;
  const held: Held[] = [];
  const known = new Map([
    ...users,
    ...people.map((name) => [encodeURIComponent(name), person(name)] as const),
  ]);
  let isOpen = false;
  const server = await startTestServer({
    authenticators: [tokenAuthenticator(known)],
    authorizers: [
      async ({ user, resource }) => {
        if (!people.includes(user.username)) return { decision: 'no-opinion', reason: '' };
        if (!isOpen)
          await new Promise<void>((resolve) => {
            const one: Held = {
              user: user.username,
              namespace: resource?.namespace ?? '',
              letGo: () => {
                held.splice(held.indexOf(one), 1);
                resolve();
              },
            };
            held.push(one);
          });
        return { decision: 'allow', reason: '' };
      },
    ],
    ...rest,
  });
  const untilHeld = async (count: number) => {
    while (held.length < count) await turn();
  };
  return {
    ...server,
    held,
    untilHeld,
    ask(token, target = '/api/v1/namespaces/default/configmaps') {
      const left = new AbortController();
      const request = plainRequest({
        target,
        headers: { authorization: `Bearer ${encodeURIComponent(token)}` },
      });
      const answer = Promise.resolve(server.server.handler({ ...request, signal: left.signal }));
      return { answer: answer.then(read), leave: () => left.abort() };
    },
    async letOneGo() {
      const [first] = held;
      if (!first) throw new Error('nothing is at work');
      first.letGo();
      await settle();
      return first;
    },
    async letAllGo() {
      isOpen = true;
      while (held.length > 0) {
        for (const one of [...held]) one.letGo();
        await turn();
      }
    },
    text: async (path) => (await server.fetch(path)).text(),
  };
}

async function read({ status, headers = {}, body }: Awaited<ReturnType<TestServer['server']['handler']>>) {
  const bytes =
    body === undefined || 'start' in body ? '' : body instanceof Uint8Array ? body : Buffer.concat(body);
  return { status, headers, text: Buffer.from(bytes).toString('utf8') };
}

/** Until what was asked is at work, waits or is refused: nothing that is asked here takes longer. */
export async function settle(): Promise<void> {
  for (let at = 0; at < 4; at++) await turn();
}

/** A turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A level whose seats are its own alone: nobody lends it any, and it lends none. With three shares that is one of sixty. */
export function ownLevel(name: string, limitResponse: JsonObject, shares = 3): JsonObject {
  return {
    apiVersion: flowGroup,
    kind: 'PriorityLevelConfiguration',
    metadata: { name },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: shares,
        lendablePercent: 0,
        borrowingLimitPercent: 0,
        limitResponse,
      },
    },
  };
}

export function queuing(queues: number, handSize: number, queueLengthLimit: number): JsonObject {
  return { type: 'Queue', queuing: { queues, handSize, queueLengthLimit } };
}

/** A schema of those who are called so, whatever they ask for. */
export function ownSchema(
  name: string,
  { level, people, by = 'ByUser' }: { level: string; people: readonly string[]; by?: string },
): JsonObject {
  return {
    apiVersion: flowGroup,
    kind: 'FlowSchema',
    metadata: { name },
    spec: {
      matchingPrecedence: 500,
      priorityLevelConfiguration: { name: level },
      distinguisherMethod: { type: by },
      rules: [
        {
          subjects: people.map((each) => ({ kind: 'User', user: { name: each } })),
          resourceRules: [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
          ],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        },
      ],
    },
  };
}

export async function make(server: TestServer, ...objects: readonly JsonObject[]): Promise<void> {
  for (const object of objects) {
    const plural = object['kind'] === 'FlowSchema' ? 'flowschemas' : 'prioritylevelconfigurations';
    const answer = await server.fetch(`/apis/${flowGroup}/${plural}`, {
      method: 'POST',
      body: JSON.stringify(object),
    });
    if (answer.status !== 201) throw new Error(await answer.text());
  }
}
