import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { isObject, type JsonObject, systemClock, withoutTrailingSlashes } from '../../base/index.ts';
import { HttpsClient } from '../../http/index.ts';
import { UsageError } from './declaration.ts';

const answerBytes = 16 * 1024 * 1024;

/** Paths of the kinds that quickstart lists. */
const paths: Readonly<Record<string, string>> = {
  memberclusters: '/apis/cluster.kubernetes-fleet.io/v1/memberclusters',
  node: '/api/v1/nodes',
};

/** Prints what `kubectl get KIND` prints, without kubectl: asks for the server's Table and lays it out. */
export async function tableByOwnClient(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const path = paths[words[1] ?? ''];
  if (!path)
    throw new UsageError(`without kubectl only these can be listed: ${Object.keys(paths).join(', ')}.`, 1);
  const file = optionValue(words, '--kubeconfig') ?? environment['KUBECONFIG'] ?? '';
  const target = readKubeconfig(file);
  const server =
    words.find((word) => word.startsWith('--server='))?.slice('--server='.length) ?? target.server;
  const token = execToken(target.exec, environment);
  return layOut(
    await getTable({
      url: new URL(`${withoutTrailingSlashes(server)}${path}`),
      token,
      authority: target.authority,
    }),
  );
}

function optionValue(words: readonly string[], name: string): string | undefined {
  const index = words.indexOf(name);
  return index < 0 ? undefined : words[index + 1];
}

function readKubeconfig(file: string) {
  const config: unknown = load(readFileSync(file, 'utf8'), { schema: CORE_SCHEMA });
  const current = isObject(config) ? config['current-context'] : undefined;
  const context = entry(config, 'contexts', current)['context'];
  const names = isObject(context) ? context : {};
  const cluster = entry(config, 'clusters', names['cluster'])['cluster'];
  const user = entry(config, 'users', names['user'])['user'];
  if (!isObject(cluster) || !isObject(user))
    throw new UsageError(`${file} has no usable current context.`, 1);
  return {
    server: String(cluster['server']),
    authority: Buffer.from(String(cluster['certificate-authority-data']), 'base64').toString('utf8'),
    exec: isObject(user['exec']) ? user['exec'] : {},
  };
}

function entry(config: unknown, section: string, name: unknown): JsonObject {
  const items = isObject(config) ? config[section] : undefined;
  const found = Array.isArray(items)
    ? items.find((item) => isObject(item) && item['name'] === name)
    : undefined;
  return isObject(found) ? found : {};
}

function execToken(exec: JsonObject, environment: NodeJS.ProcessEnv): string {
  const words = Array.isArray(exec['args']) ? exec['args'].map(String) : [];
  const done = spawnSync(String(exec['command']), words, { env: environment, encoding: 'utf8' });
  if (done.status !== 0) throw new UsageError(`no token: ${done.stderr}`, 1);
  const credential: unknown = JSON.parse(done.stdout);
  const status = isObject(credential) ? credential['status'] : undefined;
  return isObject(status) ? String(status['token']) : '';
}

async function getTable(call: { url: URL; token: string; authority: string }): Promise<JsonObject> {
  const { url, token, authority } = call;
  const client = new HttpsClient({ clock: systemClock, ca: authority, answerBytes });
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  };
  try {
    const answer = await client.send({ url, method: 'GET', headers });
    const body: unknown = JSON.parse(answer.body.toString('utf8'));
    if (answer.status === 200 && isObject(body)) return body;
    throw new UsageError(isObject(body) ? String(body['message']) : `${answer.status}`, 1);
  } finally {
    client.close();
  }
}

/** kubectl's layout: columns of priority 0, upper case, three blanks between. */
function layOut(table: JsonObject): string {
  const columns = Array.isArray(table['columnDefinitions'])
    ? table['columnDefinitions'].filter(isObject)
    : [];
  const shown = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => !column['priority']);
  const rows = Array.isArray(table['rows']) ? table['rows'].filter(isObject) : [];
  const lines = [
    shown.map(({ column }) => String(column['name']).toUpperCase()),
    ...rows.map((row) => {
      const cells = Array.isArray(row['cells']) ? row['cells'] : [];
      return shown.map(({ index }) => String(cells[index] ?? ''));
    }),
  ];
  const widths = shown.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const text = lines.map((line) =>
    line.map((cell, i) => (i === line.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('   '),
  );
  return `${text.join('\n')}\n`;
}
