import { join } from 'node:path';
import { CodedError, parseIpRange } from '../../../base/index.ts';
import type { EnvtestOptions } from '../../../server/bare.ts';
import { plugInLines, plugInSwitches } from '../admission-plug-ins.ts';
import { auditSettings } from '../audit-flags.ts';
import { failed, readFile } from './read-file.ts';
import { FlagRefusal, type FlagValues } from './read-flags.ts';
import { requestLimits } from './request-limits.ts';
import { readTokenFile } from './token-file.ts';

/** Flags that are as they say, or that speak of what a stand-in has not and nobody misses. */
const heeded: ReadonlySet<string> = new Set([
  'admission-control',
  'advertise-address',
  'allow-privileged',
  'audit-log-format',
  'audit-log-maxage',
  'audit-log-maxbackup',
  'audit-log-maxsize',
  'audit-log-path',
  'audit-policy-file',
  'authorization-mode',
  'bind-address',
  'cert-dir',
  'client-ca-file',
  'disable-admission-plugins',
  'enable-admission-plugins',
  'enable-priority-and-fairness',
  'etcd-servers',
  'feature-gates',
  'max-mutating-requests-inflight',
  'max-requests-inflight',
  'proxy-client-cert-file',
  'proxy-client-key-file',
  'requestheader-allowed-names',
  'requestheader-client-ca-file',
  'runtime-config',
  'secure-port',
  'service-account-issuer',
  'service-account-key-file',
  'service-account-signing-key-file',
  'service-cluster-ip-range',
  'storage-backend',
  'tls-cert-file',
  'tls-private-key-file',
  'token-auth-file',
  'v',
  'vmodule',
]);

const modes: ReadonlySet<string> = new Set(['AlwaysAllow', 'AlwaysDeny', 'ABAC', 'Webhook', 'RBAC', 'Node']);
const builtModes: ReadonlySet<string> = new Set(['AlwaysAllow', 'RBAC', 'Node']);
const longestRange = 30;

/** Serves as the flags say, until it is stopped. Throws FlagRefusal for values that the real server refuses. */
export async function serveApi(flags: FlagValues, stopped: Promise<void>): Promise<number> {
  const options = readOptions(flags);
  const { startEnvtestServer } = await import('../../../server/bare.ts');
  const server = await startEnvtestServer(options).catch((thrown: unknown) => {
    if (thrown instanceof CodedError && thrown.code === 'invalid') throw failed(quoted(thrown.message));
    throw thrown;
  });
  for (const notice of server.notices) process.stderr.write(`${notice}\n`);
  for (const warning of server.warnings) process.stderr.write(`${warning}\n`);
  const without = [...flags.keys()].filter((name) => !heeded.has(name));
  if (without.length > 0) process.stderr.write(`Without effect here: --${without.join(', --')}\n`);
  process.stderr.write(plugInLines(server.admissionPlugIns));
  await stopped;
  await server.close();
  return 0;
}

function readOptions(flags: FlagValues): EnvtestOptions {
  const last = (name: string) => flags.get(name)?.at(-1) || undefined;
  const all = (name: string) => flags.get(name)?.join(',');
  const tokenFile = last('token-auth-file');
  const clientAuthority = last('client-ca-file');
  const signingKey = last('service-account-signing-key-file');
  return {
    host: last('bind-address') ?? '127.0.0.1',
    port: portOf(last('secure-port') ?? '6443'),
    tokens: tokenFile === undefined ? new Map() : readTokenFile(tokenFile),
    allowsEverything: allowsEverything(all('authorization-mode')),
    serviceAccountIssuer: flags.get('service-account-issuer')?.[0],
    ...requestLimits(last),
    serviceCidr: serviceCidrOf(last('service-cluster-ip-range')),
    audit: auditSettings(last, (problem) => failed(quoted(problem))),
    admissionPlugIns: plugInSwitches(all('enable-admission-plugins'), all('disable-admission-plugins')),
    features: {
      featureGates: flags.get('feature-gates') ?? [],
      runtimeConfig: flags.get('runtime-config') ?? [],
    },
    // Flags are wrong before files are missing.
    identity: identityOf(last),
    frontProxy: frontProxyOf(last, all('requestheader-allowed-names') ?? ''),
    clientAuthority: clientAuthority === undefined ? undefined : readFile(clientAuthority),
    serviceAccountSigningKey:
      signingKey === undefined
        ? undefined
        : readFile(signingKey, 'failed to parse service-account-issuer-key-file: '),
  };
}

/** All three together make one: without one of them there is nobody to show. */
function frontProxyOf(
  last: (name: string) => string | undefined,
  names: string,
): EnvtestOptions['frontProxy'] {
  const authority = last('requestheader-client-ca-file');
  const [certificate, key] = [last('proxy-client-cert-file'), last('proxy-client-key-file')];
  if (!authority || !certificate || !key) return undefined;
  const identity = { certificate: readFile(certificate), privateKey: readFile(key) };
  return {
    authorityPem: readFile(authority),
    names: names.split(',').filter((name) => name !== ''),
    identity: () => identity,
  };
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new FlagRefusal(
    `Error: invalid argument "${text}" for "--secure-port" flag: strconv.ParseInt: parsing "${text}": invalid syntax`,
    1,
  );
}

/** RBAC decides in any case; only what allows everything changes that. */
function allowsEverything(text: string | undefined): boolean {
  const asked = (text ?? 'RBAC').split(',');
  for (const mode of asked) {
    if (!modes.has(mode)) throw failed(`authorization-mode \\"${mode}\\" is not a valid mode`);
    if (!builtModes.has(mode)) throw failed(`authorization-mode ${mode} is not built here`);
  }
  return asked.includes('AlwaysAllow');
}

/** The range of IPv4 addresses; a second one is for IPv6, which Services do not have here. */
function serviceCidrOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ranges = text.split(',').map((range) => range.trim());
  if (ranges.length > 2) throw failed('--service-cluster-ip-range must not contain more than two entries');
  for (const [at, range] of ranges.entries()) {
    if (!parseIpRange(range)) throw failed(`service-cluster-ip-range[${at}] is not a valid cidr`);
  }
  const range = ranges.find((each) => !each.includes(':'));
  if (range === undefined) throw failed('service-cluster-ip-range: a range of IPv6 alone is not built here');
  if (Number(range.slice(range.indexOf('/') + 1)) <= longestRange) return range;
  throw failed(`service-cluster-ip-range: ${range} holds too few addresses`);
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** What the server shows of itself. The real one makes a certificate where there is none in its folder. */
function identityOf(last: (name: string) => string | undefined): EnvtestOptions['identity'] {
  const [cert, key] = [last('tls-cert-file'), last('tls-private-key-file')];
  if (cert !== undefined || key !== undefined) {
    if (cert === undefined || key === undefined)
      throw failed(`missing filename for serving ${key === undefined ? 'key' : 'cert'}`);
    return { cert: readFile(cert), key: readFile(key) };
  }
  const folder = last('cert-dir') ?? '.';
  const before = 'error reading certificates, which are not made here: ';
  const [certificate, keyFile] = [join(folder, 'apiserver.crt'), join(folder, 'apiserver.key')];
  return { cert: readFile(certificate, before), key: readFile(keyFile, before) };
}
