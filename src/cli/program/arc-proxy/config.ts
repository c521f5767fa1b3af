import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { errorMessage, isObject } from '../../../base/index.ts';
import { UsageError } from '../declaration.ts';

/** What az's connectedk8s extension writes down for the program that it starts. */
export interface ArcProxyConfig {
  /** Where az registers clusters; plain HTTP on this machine. */
  readonly httpPort: number;
  /** Where kubectl reaches them. */
  readonly httpsPort: number;
  readonly tenantId: string | undefined;
  readonly resourceManager: string | undefined;
}

/** Throws UsageError when the file cannot be read or names no ports. */
export function readConfig(file: string): ArcProxyConfig {
  const config = parsed(file);
  const part = (name: string) => {
    const value = config[name];
    return isObject(value) ? value : {};
  };
  const server = part('server');
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    httpPort: portOf(server['httpPort'], `${file}: server.httpPort`),
    httpsPort: portOf(server['httpsPort'], `${file}: server.httpsPort`),
    tenantId: text(part('identity')['tenantID']),
    resourceManager: text(part('cloudConfig')['resourceManagerEndpoint']),
  };
}

function parsed(file: string): Record<string, unknown> {
  try {
    const value: unknown = load(readFileSync(file, 'utf8'), { schema: CORE_SCHEMA });
    return isObject(value) ? value : {};
  } catch (thrown) {
    throw new UsageError(`${file} cannot be read: ${errorMessage(thrown)}`, 1);
  }
}

/** A number, or the text of one: az hands on what was typed. */
function portOf(value: unknown, name: string): number {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`${name} is not a port number.`, 1);
}
