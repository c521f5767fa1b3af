import { existsSync, readFileSync } from 'node:fs';
import { errorMessage, isObject } from '../../base/index.ts';
import { type EtcdSettings, savedEtcd } from '../../server/etcd-settings.ts';
import type { KubeAuditSettings } from '../../server/kube-audit.ts';
import type { ChosenLimits } from '../../server/limit-settings.ts';
import { isPortRange, type PortRange } from '../../server/options.ts';
import { savedAudit } from './audit-flags.ts';
import { UsageError } from './declaration.ts';
import { homeFiles } from './home.ts';
import { savedLimits, savedLimitsProblem } from './limits.ts';

export const defaultPort = 8443;

/** What an earlier start left in settings.json. */
interface Settings {
  readonly port?: number;
  readonly listen?: string;
  readonly clusterPorts?: PortRange;
  readonly limits: ChosenLimits;
  readonly audit?: KubeAuditSettings;
  readonly etcd?: EtcdSettings;
}

/** Throws UsageError with the way out for a file that nobody can follow. */
export function savedSettings(home: string): Settings {
  const file = homeFiles(home).settings;
  if (!existsSync(file)) return { limits: {} };
  const refused = (reason: string) =>
    new UsageError(
      `${file} ${reason}. Correct it, or delete it: the server then listens on port ${defaultPort}, or as 'drydock up' is told.`,
      1,
    );
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw refused(`cannot be read: ${errorMessage(thrown)}`);
  }
  if (!isObject(read)) throw refused('does not hold a JSON object');
  const { port, listen, clusterPorts, limits } = read;
  const audit = savedAudit(read['audit']);
  if (read['audit'] !== undefined && !audit) throw refused('has an audit without a policyFile');
  const etcd = savedEtcd(read['etcd']);
  if (read['etcd'] !== undefined && !etcd) throw refused('has an etcd without endpoints or prefix');
  const badLimits = savedLimitsProblem(limits);
  if (badLimits !== undefined) throw refused(badLimits);
  const isPort = typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535;
  if (port !== undefined && !isPort) throw refused('has a port that is no number from 0 to 65535');
  if (listen !== undefined && typeof listen !== 'string') throw refused('has a listen that is no text');
  if (clusterPorts !== undefined && !isPortRange(clusterPorts)) {
    throw refused('has clusterPorts that are not two numbers');
  }
  return {
    ...(isPort && { port }),
    ...(listen !== undefined && { listen }),
    ...(clusterPorts !== undefined && { clusterPorts }),
    limits: savedLimits(limits),
    ...(audit && { audit }),
    ...(etcd && { etcd }),
  };
}
