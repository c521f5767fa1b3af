import { silentLogger, systemClock } from '../../src/base/index.ts';
import { createEmbeddedClusters, type Surroundings } from '../../src/clusters/index.ts';
import { createAuthority, issueServerCertificate } from '../../src/http/index.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import { seededRandom } from './seeded-random.ts';

/** A host of real API servers on a memory store, with nobody who may do anything; `close` ends both. */
export async function openClusterHost({
  controllers,
  fence,
  features,
  wrap = (store) => store,
}: {
  readonly controllers: Surroundings['controllers'];
  readonly fence?: Surroundings['fence'] | undefined;
  /** Of every cluster. */
  readonly features?: Surroundings['features'];
  /** What the host sees of its store. */
  readonly wrap?: ((store: Store) => Store) | undefined;
}) {
  const surroundings = { clock: systemClock, random: seededRandom('host'), log: silentLogger };
  const authority = createAuthority({ commonName: 'test', ...surroundings });
  const store = wrap(createMemoryStore(surroundings));
  const host = createEmbeddedClusters({
    ...surroundings,
    store,
    certificateAuthority: authority.certificatePem,
    accessChanges: () => ({ close: () => {} }),
    authenticators: () => [],
    authorizers: () => [],
    async serve(hostNames) {
      const issued = issueServerCertificate(authority, { hostNames, ipAddresses: [], ...surroundings });
      return { cert: issued.certificatePem, key: issued.privateKeyPem };
    },
    controllers,
    ...(fence && { fence }),
    ...(features && { features }),
  });
  await host.initialize();
  return {
    host,
    store,
    surroundings,
    async close() {
      await host.close();
      await store.close();
    },
  };
}
