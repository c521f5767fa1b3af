import type { Clock, Random } from '../../base/index.ts';
import {
  type CertificateAndKey,
  certificateLimits,
  issueOwnClientCertificate,
} from '../../http/certificates/authority.ts';
import type { ClientIdentity } from './backends.ts';

const halfLifeMs = (certificateLimits.clientDays / 2) * 24 * 60 * 60 * 1000;

/** The name in the certificate. */
const frontProxyName = 'front-proxy-client';

/** What a server shows extension servers of itself. */
export interface FrontProxyIdentity {
  /** PEM of the authority of what is shown. */
  readonly authorityPem: string;
  /** Names in certificates of the authority that extension servers are to take; none: any. */
  readonly names: readonly string[];
  identity(): ClientIdentity;
}

/**
 * Who this server is to the extension servers that it passes requests on to. Whoever holds such a certificate speaks to
 * them for anybody: its authority is the cluster's own and signs nothing else.
 */
export class FrontProxy implements FrontProxyIdentity {
  readonly authorityPem: string;
  readonly names = [frontProxyName];
  readonly #authority: CertificateAndKey;
  readonly #parts: { readonly clock: Clock; readonly random: Random };
  #issued: { readonly identity: ClientIdentity; readonly sinceMs: number } | undefined;

  constructor(authority: CertificateAndKey, parts: { readonly clock: Clock; readonly random: Random }) {
    this.authorityPem = authority.certificatePem;
    this.#authority = authority;
    this.#parts = parts;
  }

  /** Issued when it is first asked for, and again long before it ends. */
  identity(): ClientIdentity {
    const nowMs = this.#parts.clock.now();
    if (!this.#issued || nowMs - this.#issued.sinceMs > halfLifeMs) {
      const { certificatePem, privateKeyPem } = issueOwnClientCertificate(this.#authority, {
        ...this.#parts,
        commonName: frontProxyName,
        organizations: [],
      });
      const identity = { certificate: certificatePem, privateKey: privateKeyPem };
      this.#issued = { identity, sinceMs: nowMs };
    }
    return this.#issued.identity;
  }
}
