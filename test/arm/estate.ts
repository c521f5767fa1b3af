import {
  type Caller,
  type CallerDirectory,
  createResourceManager,
  type ResourceManager,
  type ResourceManagerOptions,
} from '../../src/arm/index.ts';
import { CodedError, type JsonObject, silentLogger } from '../../src/base/index.ts';
import type { HttpRequest } from '../../src/http/contract.ts';
import { resourceGroups } from '../../src/providers/resources/index.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { plainRequest } from '../support/request.ts';
import { seededRandom } from '../support/seeded-random.ts';

export const tenantId = '11111111-1111-4111-8111-111111111111';

export const people = {
  admin: person('00000000-0000-4000-8000-00000000000a', 'admin@drydock.local'),
  nobody: person('00000000-0000-4000-8000-00000000000b', 'nobody@drydock.local'),
  reader: person('00000000-0000-4000-8000-00000000000c', 'reader@drydock.local'),
} as const;

export const readersGroup = '00000000-0000-4000-8000-0000000000ff';

function person(objectId: string, name: string): Caller {
  return { objectId, name, type: 'User', tenantId };
}

/** Who there is; tokens are `Bearer <name of a person>`. */
export class TestDirectory implements CallerDirectory {
  readonly groups = new Map<string, string[]>();
  readonly disabled = new Set<string>();

  async authenticate(authorization: string | undefined): Promise<Caller> {
    if (authorization === undefined) {
      throw new CodedError(
        'unauthenticated',
        "Authentication failed. The 'Authorization' header is missing.",
        { code: 'AuthenticationFailed' },
      );
    }
    const caller = Object.values(people).find(({ name }) => authorization === `Bearer ${name}`);
    if (caller) return caller;
    throw new CodedError('unauthenticated', 'The access token is invalid.', {
      code: 'InvalidAuthenticationToken',
    });
  }

  async groupsOf(objectId: string): Promise<readonly string[]> {
    return this.groups.get(objectId) ?? [];
  }

  isActive(objectId: string): boolean {
    return !this.disabled.has(objectId);
  }

  async principalType(objectId: string): Promise<'User' | 'Group' | 'ServicePrincipal' | undefined> {
    if (objectId === readersGroup) return 'Group';
    return Object.values(people).some((caller) => caller.objectId === objectId) ? 'User' : undefined;
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  /** `error.code`, or ''. */
  readonly code: string;
  readonly message: string;
}

export interface CallOptions {
  readonly as?: Caller | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A resource manager on its own store, called without sockets. */
export interface Estate {
  readonly manager: ResourceManager;
  readonly clock: ManualClock;
  readonly directory: TestDirectory;
  readonly store: Store;
  /** `/subscriptions/{id}` of the first subscription. */
  readonly subscription: string;
  /** `target` without an api-version gets `2024-11-01`. `as: null` sends no token. */
  call(method: string, target: string, options?: CallOptions): Promise<Reply>;
  /** Makes a group and returns its id. */
  group(name: string): Promise<string>;
  close(): Promise<void>;
}

export interface EstateOptions extends Partial<Omit<ResourceManagerOptions, 'store'>> {
  readonly store?: Store;
}

export async function openEstate(options: EstateOptions = {}): Promise<Estate> {
  const clock = new ManualClock();
  const random = seededRandom('estate');
  const store = options.store ?? createMemoryStore({ clock, random });
  const directory = new TestDirectory();
  const manager = createResourceManager({
    clock,
    random,
    log: silentLogger,
    directory,
    tenantId,
    administratorObjectId: people.admin.objectId,
    statusWaitMs: 0,
    ...options,
    types: [resourceGroups, ...(options.types ?? [])],
    store,
  });
  await manager.initialize();
  const housekeeping = manager.startHousekeeping();
  const subscription = `/subscriptions/${manager.subscriptions.list()[0]?.subscriptionId}`;
  const call = async (method: string, target: string, sent: CallOptions = {}): Promise<Reply> => {
    const response = await manager.handler(request(method, target, sent));
    const chunks = response.body === undefined ? [] : [response.body].flat();
    const text = chunks
      .map((chunk) => (chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : ''))
      .join('');
    const body: JsonObject = text === '' ? {} : JSON.parse(text);
    const error = (body.error ?? {}) as JsonObject;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers ?? {})) {
      headers[name.toLowerCase()] = String(value);
    }
    return {
      status: response.status,
      headers,
      body,
      code: String(error.code ?? ''),
      message: String(error.message ?? ''),
    };
  };
  return {
    manager,
    clock,
    directory,
    store,
    subscription,
    call,
    async group(name) {
      const id = `${subscription}/resourceGroups/${name}`;
      await call('PUT', id, { body: { location: 'eastus' } });
      return id;
    },
    async close() {
      await housekeeping.stop();
      await manager.close();
      await store.close();
    },
  };
}

function request(method: string, target: string, options: CallOptions): HttpRequest {
  const [path = '', given = ''] = target.replace(/^https:\/\/[^/]+/, '').split('?', 2);
  const versioned = /api-version=/i.test(given) || options.headers?.['x-no-version'] !== undefined;
  const rawQuery = versioned ? given : [given, 'api-version=2024-11-01'].filter(Boolean).join('&');
  const caller = options.as === undefined ? people.admin : options.as;
  const headers: Record<string, string> = { ...options.headers };
  if (caller) headers.authorization = `Bearer ${caller.name}`;
  const { body } = options;
  const bytes = Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
  if (bytes.length > 0) headers['content-type'] ??= 'application/json';
  return plainRequest({ method, target: `${path}?${rawQuery}`, headers, host: 'arm.test:8443', body: bytes });
}
