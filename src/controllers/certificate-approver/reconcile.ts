import { isConflict, isNotFound } from '../../apimachinery/kinds.ts';
import { at } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type CertificateSigningRequest, certificateSigningRequests } from '../kinds/certificates.ts';
import type { ClusterAuthority } from '../shared/certificate-authority.ts';
import type { ClusterContext } from '../shared/context.ts';
import { whyNoNodeClient } from '../shared/node-certificates.ts';

interface ApproverContext extends ClusterContext {
  readonly requests: Informer<CertificateSigningRequest>;
  readonly authority: Pick<ClusterAuthority, 'read'>;
}

/** Rights may come later: a request waits for a day. */
const askedAgainMs = 60 * 1000;

/** One pass over a request that nobody has answered: approved when whoever asks may have it without being looked at. */
export async function reconcileAsked(key: string, context: ApproverContext): Promise<Reconciled | undefined> {
  const request = context.requests.get(key);
  if (!request || request.metadata.deletionTimestamp || request.status?.certificate) return undefined;
  const conditions = request.status?.conditions ?? [];
  if (conditions.some(({ type }) => type === 'Approved' || type === 'Denied')) return undefined;
  if (request.spec.signerName !== 'kubernetes.io/kube-apiserver-client-kubelet') return undefined;
  const read = context.authority.read(request.spec.request);
  if (read instanceof Error || whyNoNodeClient(read, request.spec.usages) !== undefined) return undefined;
  const isSelf = request.spec.username === read.commonName;
  for (const { subresource, message } of isSelf ? [self, any] : [any]) {
    if (!(await mayCreate(subresource, request, context))) continue;
    await approve(request, message, context);
    return undefined;
  }
  return { againAfterMs: askedAgainMs };
}

const self = {
  subresource: 'selfnodeclient',
  message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
};
const any = {
  subresource: 'nodeclient',
  message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
};

const reviews = { group: 'authorization.k8s.io', version: 'v1', resource: 'subjectaccessreviews' };

async function mayCreate(
  subresource: string,
  { spec }: CertificateSigningRequest,
  { client }: ApproverContext,
): Promise<boolean> {
  const resource = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', subresource };
  const { username = '', uid = '', groups = [], extra = {} } = spec;
  const asked = { user: username, uid, groups: [...groups], extra };
  const review: JsonObject = { ...asked, resourceAttributes: { ...resource, verb: 'create', version: '*' } };
  const answer = await client.cluster.create(reviews, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: review,
  });
  return at(answer, 'status', 'allowed') === true;
}

async function approve(
  request: CertificateSigningRequest,
  message: string,
  { client }: ApproverContext,
): Promise<void> {
  const approval = { type: 'Approved', status: 'True' as const, reason: 'AutoApproved', message };
  const conditions = [...(request.status?.conditions ?? []), approval];
  const approved = { ...request, status: { ...request.status, conditions } };
  try {
    await client.update(certificateSigningRequests, approved, { subresource: 'approval' });
  } catch (thrown) {
    // Whoever wrote meanwhile brings another pass.
    if (!isConflict(thrown) && !isNotFound(thrown)) throw thrown;
  }
}
