import { readFileSync } from 'node:fs';
import { type Clock, CodedError, errorMessage, type Logger, type Random } from '../base/index.ts';
import { type FileStore, openEtcdStore, openSqliteStore, type Store, StoreLocked } from '../store/index.ts';
import type { EtcdSettings } from './etcd-settings.ts';
import { type EstateOptions, HomeInUse } from './options.ts';

/** The store of an estate. */
export type EstateStore = Store & Pick<FileStore, 'copyTo'>;

interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const openAttempts = 4;
const openPauseMs = 100;

/** Two that open at the very same moment may each find the other in the way: so more than one try, at odd times. */
export async function openStore(options: EstateOptions, surroundings: Surroundings): Promise<EstateStore> {
  if (options.etcd) return openEtcd(options.etcd, surroundings);
  for (let attempt = 1; ; attempt++) {
    try {
      return openSqliteStore({ file: options.files.database, ...surroundings });
    } catch (thrown) {
      if (!(thrown instanceof StoreLocked)) throw thrown;
      if (attempt === openAttempts) throw new HomeInUse(options.home, thrown);
      await surroundings.clock.sleep(surroundings.random.integer(openPauseMs) + 1);
    }
  }
}

async function openEtcd(settings: EtcdSettings, { clock, log }: Surroundings): Promise<EstateStore> {
  const { endpoints, prefix, ca, cert, key } = settings;
  const tls = {
    ...(ca !== undefined && { ca: pem(ca) }),
    ...(cert !== undefined && { cert: pem(cert) }),
    ...(key !== undefined && { key: pem(key) }),
  };
  const secure = Object.keys(tls).length > 0;
  const store = await openEtcdStore({ endpoints, prefix, clock, log, ...(secure && { tls }) });
  return Object.assign(store, {
    copyTo: () =>
      Promise.reject(
        new CodedError(
          'unavailable',
          "This estate's store is in etcd: back it up with 'etcdctl snapshot save'.",
        ),
      ),
  });
}

function pem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (thrown) {
    throw new CodedError('invalid', `a file for etcd cannot be read: ${errorMessage(thrown)}`);
  }
}
