import { isObject } from '../../src/base/index.ts';
import { objectOf } from './ask.ts';
import type { Comparison } from './comparison.ts';

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const openApi = {
  v2: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  v3: 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
};

/** What a server says of itself: discovery, OpenAPI, health. */
export async function compareDocuments(comparison: Comparison): Promise<void> {
  const get = (path: string, accept?: string) =>
    comparison.ask('documents', { method: 'GET', path, ...(accept !== undefined && { accept }) });
  for (const path of ['/api', '/apis', '/']) {
    await get(path);
    await get(path, 'application/yaml');
    await get(path, aggregated);
    await get(path, `${aggregated},application/json`);
    await get(path, 'text/html');
  }
  const roots = ['/api', '/api/v1', ...(await groupRoots(comparison))];
  for (const root of roots) {
    await get(root);
    await get(root, 'application/yaml');
    await get(root, 'application/vnd.kubernetes.protobuf');
    await get(root, aggregated);
  }
  for (const path of ['/healthz', '/livez', '/readyz', '/healthz/ping', '/livez/etcd', '/readyz/nothing'])
    await get(path);
  for (const path of [
    '/version',
    '/version/',
    '/openapi',
    '/openapi/v2',
    '/openapi/v3',
    '/nothing',
    '/api/v2',
    '/apis/nothing',
  ]) {
    await get(path);
    await get(path, 'application/yaml');
    await comparison.ask('documents', { method: 'POST', path });
    await comparison.ask('documents', { method: 'HEAD', path });
  }
  await get('/openapi/v2', openApi.v2);
  const index = await get('/openapi/v3');
  const paths = objectOf(index.real)['paths'];
  for (const path of Object.keys(isObject(paths) ? paths : {})) await get(`/openapi/v3/${path}`);
  for (const path of ['api/v1', 'apis/apps/v1']) await get(`/openapi/v3/${path}`, openApi.v3);
}

async function groupRoots(comparison: Comparison): Promise<string[]> {
  const { real } = await comparison.quietly({ method: 'GET', path: '/apis' });
  const groups = objectOf(real)['groups'];
  return (Array.isArray(groups) ? groups : []).flatMap((group) => {
    if (!isObject(group)) return [];
    const versions = Array.isArray(group['versions']) ? group['versions'] : [];
    return [
      `/apis/${group['name']}`,
      ...versions.flatMap((version) => (isObject(version) ? [`/apis/${version['groupVersion']}`] : [])),
    ];
  });
}
