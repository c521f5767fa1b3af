import { CodedError, isObject, parseIpRange } from '../base/index.ts';
import { httpsUrl, isServiceName } from '../server/service-urls.ts';
import { nodesLimit, type StartOptions } from './contract.ts';

/** What was asked for, checked: nothing of it can go wrong later but the port and the file. */
export interface ReadOptions {
  /** Undefined: in memory. */
  readonly sqliteFile: string | undefined;
  readonly port: number;
  readonly host: string | undefined;
  readonly version: string | undefined;
  readonly serviceCidr: string | undefined;
  readonly admissionPlugIns: NonNullable<StartOptions['admissionPlugIns']>;
  readonly features: { readonly featureGates: readonly string[]; readonly runtimeConfig: readonly string[] };
  readonly nodes: readonly string[] | undefined;
  readonly serviceUrls: ReadonlyMap<string, URL>;
  readonly audit: StartOptions['audit'];
}

const known = new Set([
  'store',
  'port',
  'host',
  'version',
  'admissionPlugIns',
  'featureGates',
  'runtimeConfig',
  'serviceCidr',
  'serviceUrls',
  'audit',
  'controllers',
]);
const largestPort = 65_535;

/** Reads options, which may come from JavaScript or from JSON. Throws CodedError `invalid` with the option's name. */
export function readOptions(options: unknown): ReadOptions {
  if (!isObject(options)) throw invalid('the options are an object');
  for (const name of Object.keys(options)) {
    if (!known.has(name))
      throw invalid(`there is no option ${JSON.stringify(name)}; there are ${[...known].join(', ')}`);
  }
  const { store, host, version, serviceCidr } = options;
  return {
    sqliteFile: sqliteFileOf(store),
    port: readPort(options['port']),
    host: optionalText('host', host),
    version: versionOf(version),
    serviceCidr: serviceCidrOf(serviceCidr),
    admissionPlugIns: switchesOf(options['admissionPlugIns']),
    features: {
      featureGates: settingsOf('featureGates', options['featureGates']),
      runtimeConfig: settingsOf('runtimeConfig', options['runtimeConfig']),
    },
    nodes: nodesOf(options['controllers']),
    serviceUrls: serviceUrlsOf(options['serviceUrls']),
    audit: auditOf(options['audit']),
  };
}

/** The options of a fork. Throws CodedError `invalid`. */
export function readForkOptions(options: unknown): { readonly port: number } {
  if (!isObject(options)) throw invalid('the options are an object');
  const other = Object.keys(options).find((name) => name !== 'port');
  if (other !== undefined) throw invalid(`a fork has no option ${JSON.stringify(other)}; there is port`);
  return { port: readPort(options['port']) };
}

function readPort(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= largestPort)
    return value;
  throw invalid(`port is a number from 0 (any free port) to ${largestPort}`);
}

function sqliteFileOf(store: unknown): string | undefined {
  if (store === undefined || store === 'memory') return undefined;
  const file = isObject(store) && Object.keys(store).length === 1 ? store['sqlite'] : undefined;
  if (typeof file === 'string' && file !== '') return file;
  throw invalid("store is 'memory' or { sqlite: FILE }");
}

function versionOf(value: unknown): string | undefined {
  const version = optionalText('version', value);
  if (version === undefined || /^1\.\d{1,3}\.\d{1,3}$/.test(version)) return version;
  throw invalid(`version is three numbers such as 1.34.4, not ${JSON.stringify(version)}`);
}

function serviceCidrOf(value: unknown): string | undefined {
  const text = optionalText('serviceCidr', value);
  if (text === undefined) return undefined;
  const length = Number(text.slice(text.indexOf('/') + 1));
  if (!text.includes(':') && parseIpRange(text) && length >= 8 && length <= 30) return text;
  throw invalid(
    `serviceCidr is an IPv4 range from /8 to /30 such as 10.0.0.0/16, not ${JSON.stringify(text)}`,
  );
}

function switchesOf(value: unknown): ReadOptions['admissionPlugIns'] {
  if (value === undefined) return {};
  const names = (list: unknown): string[] | undefined =>
    list === undefined
      ? []
      : Array.isArray(list) && list.every((name) => typeof name === 'string')
        ? [...list]
        : undefined;
  if (isObject(value) && Object.keys(value).every((name) => name === 'enable' || name === 'disable')) {
    const enable = names(value['enable']);
    const disable = names(value['disable']);
    if (enable && disable) return { enable, disable };
  }
  throw invalid('admissionPlugIns has enable and disable, lists of names');
}

/** As a flag has them. */
function settingsOf(option: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (isObject(value) && Object.values(value).every((isOn) => typeof isOn === 'boolean'))
    return Object.entries(value).map(([name, isOn]) => `${name}=${isOn}`);
  throw invalid(`${option} is an object of true and false by name`);
}

function auditOf(value: unknown): StartOptions['audit'] {
  if (value === undefined) return undefined;
  if (isObject(value) && Object.keys(value).every((name) => name === 'policyFile' || name === 'logFile')) {
    const { policyFile, logFile } = value;
    const isFile = (name: unknown): name is string => typeof name === 'string' && name !== '';
    if (isFile(policyFile) && isFile(logFile)) return { policyFile, logFile };
  }
  throw invalid('audit is { policyFile: FILE, logFile: FILE }');
}

function nodesOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === false) return undefined;
  const count =
    value === true ? 1 : isObject(value) && Object.keys(value).length === 1 ? value['nodes'] : undefined;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= nodesLimit) {
    return Array.from({ length: count }, (_, at) => `node-${at + 1}`);
  }
  throw invalid(`controllers is true, false or { nodes: N } with N from 0 to ${nodesLimit}`);
}

function serviceUrlsOf(value: unknown): ReadonlyMap<string, URL> {
  if (value === undefined) return new Map();
  if (!isObject(value)) throw invalid('serviceUrls is an object of https URLs by NAMESPACE/NAME[:PORT]');
  return new Map(
    Object.entries(value).map(([service, url]) => {
      if (!isServiceName(service)) {
        throw invalid(`serviceUrls: ${JSON.stringify(service)} is not NAMESPACE/NAME or NAMESPACE/NAME:PORT`);
      }
      const read = typeof url === 'string' ? httpsUrl(url) : undefined;
      if (!read) throw invalid(`serviceUrls: ${service} takes an https URL, not ${JSON.stringify(url)}`);
      return [service, read];
    }),
  );
}

function optionalText(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw invalid(`${name} is a text that is not empty`);
}

function invalid(message: string): CodedError {
  return new CodedError('invalid', `${message}.`);
}
