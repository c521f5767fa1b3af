import { listAt, maybeObjectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { HttpsAnswer } from '../../http/node/client.ts';
import { type Backends, boundedJson, type FrontProxyIdentity } from '../backends/index.ts';
import type { ElsewhereVersion } from '../discovery/registry.ts';
import { swaggerPart } from '../openapi/index.ts';
import { identityHeaders } from './forwarded-headers.ts';
import { backendOfRemote, pathOf, type RemoteService } from './remote-service.ts';

const documentLimits = { discoveryMs: 5_000, openApiMs: 60_000 } as const;

/** Who this server is when it asks for itself: of discovery, of discovery in its older form, of OpenAPI. */
const askers = {
  aggregator: { username: 'system:kube-aggregator', uid: '', groups: ['system:masters'], extra: {} },
  plainAggregator: { username: 'system:kube-aggregator', uid: '', groups: [], extra: {} },
  reader: { username: 'system:aggregator', uid: '', groups: [], extra: {} },
} as const;

const aggregatedTypes = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

interface Parts {
  readonly backends: Backends;
  readonly frontProxy: FrontProxyIdentity;
}

/** Throws when the server of the group version does not say which resources it has. */
export async function resourcesOf(
  parts: Parts,
  remote: RemoteService,
): Promise<ElsewhereVersion['resources']> {
  const whole = await ask(parts, remote, {
    ...{ path: '/apis', accept: aggregatedTypes, timeoutMs: documentLimits.discoveryMs },
    as: askers.aggregator,
  });
  if (whole.status === 503) throw new Error(`${remote.name} is not available`);
  if (whole.status === 200 && /as=APIGroupDiscoveryList/.test(whole.header('content-type') ?? '')) {
    const groups = listAt(objectIn(whole), 'items').filter(isObject);
    const group = groups.find((each) => textAt(each, 'metadata', 'name') === remote.group);
    const versions = listAt(group, 'versions').filter(isObject);
    const version = versions.find((each) => textAt(each, 'version') === remote.version);
    return version ? listAt(version, 'resources').filter(isObject) : undefined;
  }
  const list = await ask(parts, remote, {
    ...{ path: pathOf(remote), accept: 'application/json', timeoutMs: documentLimits.discoveryMs },
    as: askers.plainAggregator,
  });
  if (list.status !== 200) throw new Error(`discovery of ${remote.name} answered ${list.status}`);
  return aggregatedForm(listAt(objectIn(list), 'resources').filter(isObject));
}

/** What the server of a group version says in OpenAPI: what it does not say, or not in time, is left out. */
export async function openApiOf(
  parts: Parts,
  remote: RemoteService,
): Promise<Pick<ElsewhereVersion, 'openApiV3' | 'swagger'>> {
  const read = async (path: string): Promise<JsonObject> => {
    const timeoutMs = documentLimits.openApiMs;
    const answer = await ask(parts, remote, {
      ...{ path, accept: 'application/json', timeoutMs },
      as: askers.reader,
    });
    return answer.status === 200 ? objectIn(answer) : {};
  };
  const [index, document] = await Promise.allSettled([read('/openapi/v3'), read('/openapi/v2')]);
  const prefix = pathOf(remote);
  const entries = index.status === 'fulfilled' ? maybeObjectAt(index.value, 'paths') : undefined;
  const known = document.status === 'fulfilled' && maybeObjectAt(document.value, 'paths');
  return {
    openApiV3: Object.fromEntries(
      Object.entries(entries ?? {}).filter(
        ([name, entry]) =>
          `/${name}` === prefix && textAt(entry, 'serverRelativeURL').startsWith('/openapi/v3/'),
      ),
    ),
    swagger: known ? swaggerPart(document.value, `${prefix}/`) : undefined,
  };
}

function ask(
  { backends, frontProxy }: Parts,
  remote: RemoteService,
  asked: {
    readonly path: string;
    readonly accept: string;
    readonly as: Parameters<typeof identityHeaders>[0];
    readonly timeoutMs: number;
  },
): Promise<HttpsAnswer> {
  const headers = { accept: asked.accept, ...identityHeaders(asked.as) };
  const call = { method: 'GET', path: asked.path, headers };
  return backends.ask(backendOfRemote(remote, frontProxy), call, asked.timeoutMs);
}

/** Throws for what is no JSON, or nested deeper than whoever reads it here afterwards gets. */
function objectIn({ body }: HttpsAnswer): JsonObject {
  const value = boundedJson(body.toString('utf8'));
  if (value === undefined) throw new Error('an answer is no JSON, or nested too deeply');
  return isObject(value) ? value : {};
}

/** An `APIResourceList` as aggregated discovery lists it: subresources stand below their resource. */
function aggregatedForm(list: readonly JsonObject[]): JsonObject[] {
  const found = new Map<string, { resource: JsonObject; subresources: JsonObject[] }>();
  const kindOf = (each: JsonObject): JsonObject => ({
    group: textAt(each, 'group'),
    version: textAt(each, 'version'),
    kind: textAt(each, 'kind'),
  });
  const scopeOf = (each: JsonObject) => (each['namespaced'] === true ? 'Namespaced' : 'Cluster');
  for (const each of list) {
    const name = textAt(each, 'name');
    if (name.includes('/')) continue;
    const [shortNames, categories] = [textsAt(each, 'shortNames'), textsAt(each, 'categories')];
    const resource: JsonObject = {
      ...{ resource: name, responseKind: kindOf(each), scope: scopeOf(each) },
      singularResource: textAt(each, 'singularName'),
      verbs: [...textsAt(each, 'verbs')],
      ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
      ...(categories.length > 0 && { categories: [...categories] }),
    };
    found.set(name, { resource, subresources: [] });
  }
  for (const each of list) {
    const [name = '', ...rest] = textAt(each, 'name').split('/');
    if (rest.length === 0) continue;
    const orphan: { resource: JsonObject; subresources: JsonObject[] } = {
      resource: { resource: name, responseKind: { group: '', version: '', kind: '' }, scope: scopeOf(each) },
      subresources: [],
    };
    const { resource, subresources } = found.get(name) ?? orphan;
    const verbs = [...textsAt(each, 'verbs')];
    subresources.push({ subresource: rest.join('/'), responseKind: kindOf(each), verbs });
    found.set(name, { resource, subresources });
  }
  return [...found.values()].map(({ resource, subresources }) => ({
    ...resource,
    ...(subresources.length > 0 && { subresources }),
  }));
}
