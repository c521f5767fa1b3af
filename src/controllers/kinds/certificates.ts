import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { Condition } from '../../apimachinery/meta.ts';
import type { JsonObject } from '../../base/index.ts';

export interface CertificateSigningRequest extends KubeObject {
  spec: {
    /** Base64 of PEM. */
    request: string;
    signerName: string;
    usages: string[];
    expirationSeconds?: number;
    /** Who asked. */
    username?: string;
    uid?: string;
    groups?: string[];
    extra?: JsonObject;
  };
  status?: {
    conditions?: (Condition & { lastUpdateTime?: string })[];
    /** Base64 of PEM; there once a signer issued it. */
    certificate?: string;
  };
}

export const certificateSigningRequests = defineKind<CertificateSigningRequest>(
  'certificates.k8s.io/v1',
  'CertificateSigningRequest',
  'certificatesigningrequests',
  'Cluster',
);
