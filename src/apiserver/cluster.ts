import type { UserInfo } from '../apimachinery/contract.ts';
import { isObject, Metrics } from '../base/index.ts';
import { createAuthority } from '../http/certificates/authority.ts';
import { Authentication } from './authn/authenticate.ts';
import { type SecretUse, ServiceAccountTokens } from './authn/service-account-tokens.ts';
import { decide, mastersAuthorizer } from './authz/authorize.ts';
import { LastingRequests } from './authz/lasting-requests.ts';
import { Rbac } from './authz/rbac.ts';
import type { PolicyRule } from './authz/rules.ts';
import { Backends, FrontProxy, type FrontProxyIdentity } from './backends/index.ts';
import type { ClusterParts } from './call/call.ts';
import { NotEnforcedNotes } from './call/not-enforced.ts';
import { OwnWork } from './call/own-work.ts';
import { CustomResourceRegistrar } from './custom-resources/registrar.ts';
import type { ResourceRegistry } from './discovery/registry.ts';
import type { Convert } from './matching/versions.ts';
import { AdmissionMetrics } from './metrics/admission-metrics.ts';
import { type StoredCount, StoreMetrics } from './metrics/store-metrics.ts';
import type { ApiServerOptions } from './options.ts';
import { AdmissionPolicies } from './policies/index.ts';
import { ClusterStorage } from './storage/cluster-storage.ts';
import type { Collection } from './storage/collection.ts';
import { EventLeases } from './storage/event-leases.ts';
import { objectKey } from './storage/keys.ts';
import type { Features } from './switches/index.ts';
import { AdmissionWebhooks, ConversionWebhooks } from './webhooks/index.ts';
import { ChosenCourses } from './write/courses.ts';
import type { ActivePlugIns } from './write/plug-ins.ts';
import { writeSteps } from './write/steps.ts';
import { viewOf } from './write/view.ts';

/** Addresses of services when nobody says otherwise. */
export const defaultServiceCidr = '10.0.0.0/16';

const defaultIssuer = 'https://kubernetes.default.svc.cluster.local';

/** The parts of one API server, put together. */
export interface Cluster {
  readonly parts: ClusterParts;
  readonly authentication: Authentication;
  readonly registrar: CustomResourceRegistrar;
  readonly plugIns: ActivePlugIns;
  readonly own: OwnWork;
  readonly policies: AdmissionPolicies;
  readonly webhooks: AdmissionWebhooks;
  readonly backends: Backends;
  readonly frontProxy: FrontProxyIdentity;
}

/** Puts the parts of one API server together. */
export function assembleCluster(
  options: ApiServerOptions,
  resources: ResourceRegistry,
  { used, features }: { readonly used: SecretUse; readonly features: Features },
): Cluster {
  const { clock, random, log } = options;
  const metrics = new Metrics();
  const storage = new ClusterStorage(options.store, options.keyPrefix);
  const lasting = new LastingRequests({ clock, log });
  const rbac = new Rbac(storage, resources, () => lasting.rightsChanged());
  const { guards = [] } = options;
  const authorizers = [mastersAuthorizer, ...guards, rbac.authorize.bind(rbac), ...options.authorizers];
  const forget = () => authentication.forget();
  const tokens = serviceAccountTokens(options, { storage, resources, lasting, forget, used });
  const authentication: Authentication = new Authentication({
    authenticators: options.authenticators,
    serviceAccounts: tokens,
    audience: options.serviceAccountIssuer ?? defaultIssuer,
    clock,
  });
  const leases = new EventLeases(storage, clock);
  const authorize: ClusterParts['authorize'] = (review) => decide(authorizers, review);
  const view = viewOf({ storage, resources, clock, random, authorize });
  const backends = new Backends(view, options.serviceUrls ?? new Map());
  const frontProxy =
    options.frontProxy ??
    new FrontProxy(createAuthority({ commonName: 'front-proxy-ca', clock, random }), { clock, random });
  const conversions = new ConversionWebhooks(backends, view);
  const convert: Convert = (object, versions) => conversions.between(object, versions);
  const measured = { metrics: new AdmissionMetrics(metrics), clock };
  const webhooks = new AdmissionWebhooks(storage, resources, { backends, convert, ...measured });
  const policies = new AdmissionPolicies(
    { storage, resources, conversions },
    { convert, ...measured, features },
  );
  const parts: ClusterParts = {
    storage,
    resources,
    clock,
    ...{ random, log, metrics },
    storeMetrics: new StoreMetrics(metrics, () => storedCounts(storage, resources)),
    tokens,
    view,
    courses: new ChosenCourses(() => write.steps),
    notEnforced: new NotEnforcedNotes(options.notEnforced ?? []),
    lasting,
    conversions,
    machines: options.machines,
    mayWait: (target) => webhooks.mayWait(target),
    authorize,
    reviewToken: (token, audiences) => authentication.review(token, audiences),
    rulesOf: (user, namespace) => rulesOf(user, namespace, { rbac, others: options.authorizers.length }),
    leaseFor: (resource) => leases.leaseFor(resource),
  };
  const crds = resources.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
  if (!crds) throw new Error('customresourcedefinitions are not served');
  const own = new OwnWork();
  const registrar = new CustomResourceRegistrar(parts, crds, own);
  const write = writeSteps({
    plugIns: options.admissionPlugIns ?? {},
    serviceCidr: options.serviceCidr ?? defaultServiceCidr,
    ...{ rbac, registrar, policies, webhooks, ...measured },
    own: options.admissionSteps ?? [],
  });
  return {
    ...{ parts, authentication, registrar, own, plugIns: write.plugIns, policies, webhooks },
    ...{ backends, frontProxy },
  };
}

/** Of what is in memory: what nobody has asked for since the start is not loaded to be counted. */
function storedCounts(storage: ClusterStorage, resources: ResourceRegistry): Iterable<StoredCount> {
  const counts = new Map<Collection, StoredCount>();
  for (const served of resources.all()) {
    const collection = storage.loaded(served);
    const { group, resource } = served.definition;
    if (collection && !counts.has(collection))
      counts.set(collection, { group, resource, objects: collection.size });
  }
  return counts.values();
}

const allRules: PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
];

async function rulesOf(
  user: UserInfo,
  namespace: string,
  { rbac, others }: { rbac: Rbac; others: number },
): Promise<{ rules: PolicyRule[]; incomplete: boolean }> {
  if (user.groups.includes('system:masters')) return { rules: allRules, incomplete: false };
  return { rules: await rbac.rulesOfUser(user, namespace), incomplete: others > 0 };
}

function serviceAccountTokens(
  { serviceAccountKeyPem, serviceAccountIssuer, clock, random }: ApiServerOptions,
  parts: {
    readonly storage: ClusterStorage;
    readonly resources: ResourceRegistry;
    readonly lasting: LastingRequests;
    /** What was recognised before is looked at again. */
    readonly forget: () => void;
    readonly used: SecretUse;
  },
): ServiceAccountTokens | undefined {
  if (serviceAccountKeyPem === undefined) return undefined;
  const { storage, resources, lasting, forget, used } = parts;
  /** Where what tokens are bound to lies: a deletion there may end a token. */
  const listening = new WeakSet<Collection>();
  const issuer = serviceAccountIssuer ?? defaultIssuer;
  return new ServiceAccountTokens(
    { privateKeyPem: serviceAccountKeyPem, issuer },
    {
      clock,
      random,
      used,
      async bound(plural, namespace, name) {
        const resource = resources.find('', 'v1', plural);
        if (!resource) return undefined;
        const collection = await storage.collection(resource);
        if (!listening.has(collection)) {
          listening.add(collection);
          const holdsTokens = plural === 'secrets' || plural === 'serviceaccounts';
          collection.listen(({ type }) => {
            if (type !== 'DELETED') return;
            if (holdsTokens) forget();
            lasting.identitiesChanged();
          });
        }
        const object = collection.get(objectKey(namespace, name))?.peek(resource);
        const metadata = object?.['metadata'];
        return object && isObject(metadata) ? { uid: String(metadata['uid']), object } : undefined;
      },
    },
  );
}
