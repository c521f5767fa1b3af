import type { EtcdSettings } from '../../server/etcd-settings.ts';
import type { RunningEstate } from '../../server/index.ts';
import type { KubeAuditSettings } from '../../server/kube-audit.ts';
import { type ChosenLimits, isLimitName, usedLimit } from '../../server/limit-settings.ts';
import type { PortRange } from '../../server/options.ts';
import { serviceUrlsText } from '../../server/service-urls.ts';
import { auditChoice, auditText, auditWords } from './audit-flags.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { storeChoice, storeWords } from './etcd-flags.ts';
import { chosenLimits } from './limits.ts';
import { serviceUrls } from './service-urls.ts';

/** What a start is asked for; undefined: as the last start had it. */
export interface ListenChoice {
  readonly port?: number | undefined;
  readonly listen?: string | undefined;
  readonly clusterPorts?: PortRange | 'off' | undefined;
  readonly limits?: ChosenLimits;
  /** What is written of requests to clusters; absolute paths. */
  readonly audit?: KubeAuditSettings | 'off' | undefined;
  readonly store?: EtcdSettings | 'sqlite' | undefined;
  /** Not kept from start to start. */
  readonly anyApiVersion?: boolean;
  /** As `--service-url` has it, in one form. Not kept either. */
  readonly serviceUrls?: string;
  /** As the options of these names have them. Not kept either. */
  readonly featureGates?: string;
  readonly runtimeConfig?: string;
  /** A damaged database is replaced by what can be proven of it. Not kept either. */
  readonly acceptsLoss?: boolean;
}

/** Reads the options of `up`. Throws UsageError when one cannot be understood. */
export function readChoice(options: VerbCall['options']): ListenChoice {
  const { listen } = options;
  const [gates, versions] = [options['feature-gates'], options['runtime-config']];
  return {
    port: parsePort(options['port']),
    listen: typeof listen === 'string' ? listen : undefined,
    clusterPorts: parseClusterPorts(options['cluster-ports']),
    limits: chosenLimits(options),
    audit: auditChoice(options),
    store: storeChoice(options),
    anyApiVersion: options['any-api-version'] === true,
    acceptsLoss: options['accept-loss'] === true,
    ...(typeof gates === 'string' && { featureGates: gates }),
    ...(typeof versions === 'string' && { runtimeConfig: versions }),
    ...(options['service-url'] !== undefined && {
      serviceUrls: serviceUrlsText(serviceUrls(options['service-url'])),
    }),
  };
}

export function parsePort(option: string | boolean | undefined): number | undefined {
  if (option === undefined) return undefined;
  const port = typeof option === 'string' && /^\d{1,5}$/.test(option) ? Number(option) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port takes a number from 0 (any free port) to 65535, not '${option}'.`);
}

function parseClusterPorts(option: string | boolean | undefined): PortRange | 'off' | undefined {
  if (option === undefined || option === 'off') return option;
  const range = typeof option === 'string' ? parsePortRange(option) : undefined;
  if (range) return range;
  throw new UsageError(
    `--cluster-ports takes FIRST-LAST, two numbers from 1 to 65535 such as 21000-21099, or off, not '${option}'.`,
  );
}

function parsePortRange(text: string): PortRange | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  return range.first >= 1 && range.first <= range.last && range.last <= 65_535 ? range : undefined;
}

export function rangeText({ first, last }: PortRange): string {
  return `${first}-${last}`;
}

/** The options of `up` that ask for it. */
export function choiceWords(choice: ListenChoice): string[] {
  const { port, listen, clusterPorts, limits = {}, audit, anyApiVersion, acceptsLoss } = choice;
  const { serviceUrls: urls, featureGates, runtimeConfig, store } = choice;
  return [
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(listen === undefined ? [] : ['--listen', listen]),
    ...(clusterPorts === undefined
      ? []
      : ['--cluster-ports', clusterPorts === 'off' ? clusterPorts : rangeText(clusterPorts)]),
    ...Object.entries(limits).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...(audit === undefined ? [] : auditWords(audit)),
    ...(store === undefined ? [] : storeWords(store)),
    ...(anyApiVersion ? ['--any-api-version'] : []),
    ...(acceptsLoss ? ['--accept-loss'] : []),
    ...(urls === undefined ? [] : ['--service-url', urls]),
    ...(featureGates === undefined ? [] : ['--feature-gates', featureGates]),
    ...(runtimeConfig === undefined ? [] : ['--runtime-config', runtimeConfig]),
  ];
}

/** The part of a choice that the running server does not follow. */
export function unmet(choice: ListenChoice, running: RunningEstate): ListenChoice {
  const { port, listen, clusterPorts, audit, anyApiVersion } = choice;
  const given = running.clusterPorts ? rangeText(running.clusterPorts) : 'off';
  const wanted =
    clusterPorts === undefined || clusterPorts === 'off' ? clusterPorts : rangeText(clusterPorts);
  return {
    ...(port !== undefined && port !== 0 && port !== running.port && { port }),
    ...(listen !== undefined && listen !== running.listen && { listen }),
    ...(wanted !== undefined && wanted !== given && { clusterPorts }),
    limits: unmetLimits(choice.limits ?? {}, running.limits ?? {}),
    ...(audit !== undefined && auditText(audit) !== auditText(running.audit ?? 'off') && { audit }),
    ...(choice.store !== undefined &&
      storeWords(choice.store).join() !== storeWords(running.etcd ?? 'sqlite').join() && {
        store: choice.store,
      }),
    ...(anyApiVersion && running.anyApiVersion !== true && { anyApiVersion }),
    ...(choice.serviceUrls !== undefined &&
      choice.serviceUrls !== running.serviceUrls && { serviceUrls: choice.serviceUrls }),
    ...(choice.featureGates !== undefined &&
      choice.featureGates !== running.featureGates && { featureGates: choice.featureGates }),
    ...(choice.runtimeConfig !== undefined &&
      choice.runtimeConfig !== running.runtimeConfig && { runtimeConfig: choice.runtimeConfig }),
  };
}

function unmetLimits(asked: ChosenLimits, given: ChosenLimits): ChosenLimits {
  return Object.fromEntries(
    Object.entries(asked).filter(([name, value]) => isLimitName(name) && usedLimit(name, given) !== value),
  );
}
