/** What is read of a request for a certificate. */
export interface RequestedCertificate {
  readonly organizations: readonly string[];
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly ipAddresses: readonly Uint8Array[];
}

/** The authority of a cluster, which signs the certificates of its callers and nodes. */
export interface ClusterAuthority {
  /** Reads `spec.request`, the PEM in base64; an Error says why it is no request. */
  read(request: string): RequestedCertificate | Error;
  /** The certificate, PEM, of a request that was read. Throws an Error when the authority cannot sign it. */
  sign(
    request: string,
    content: {
      readonly notBeforeMs: number;
      readonly notAfterMs: number;
      readonly usages: readonly string[];
    },
  ): string;
}
