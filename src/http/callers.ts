import type { HttpRequest } from './contract.ts';

/** Claims that are remembered as somebody's; the one not seen for the longest time makes room. */
const rememberedClaims = 10_000;

/**
 * Says that the caller of a request was verified; the same name for every credential of one caller. Throws `too-many`
 * when he may not have another request of this kind.
 */
export function callerProven(request: HttpRequest, name: string): void {
  request.onCallerProven?.(`caller ${name}`);
}

/**
 * Tells callers apart before anything is verified. A claim (token or certificate) counts as its caller's own once it
 * was verified; until then it shares one name with everything else from its address, or made-up claims would make
 * everybody of them a caller of his own.
 */
export class Callers {
  /** The least recently used first. */
  readonly #names = new Map<string, string>();
  /** The claim used last stands at the end already. */
  #latest: string | undefined;

  of(request: HttpRequest): { readonly name: string; readonly claim: string | undefined } {
    const claim = claimOf(request);
    const known = claim === undefined ? undefined : this.#names.get(claim);
    if (claim !== undefined && known !== undefined) {
      this.#use(claim, known);
      return { name: known, claim };
    }
    const { remoteAddress, tag } = request.connection;
    return { name: `address ${remoteAddress} ${tag ?? ''}`, claim };
  }

  /** Calls `tell` with the name of the caller when `callerProven` says who made the request, and remembers it. */
  whenProven(request: HttpRequest, claim: string | undefined, tell: (name: string) => void): void {
    request.onCallerProven = (name) => {
      tell(name);
      if (claim === undefined || this.#names.get(claim) === name) return;
      const [oldest] = this.#names.keys();
      if (oldest !== undefined && this.#names.size >= rememberedClaims) this.#names.delete(oldest);
      this.#latest = undefined;
      this.#use(claim, name);
    };
  }

  /** The claim was refused: it is nobody's any more. */
  doubt(claim: string | undefined): void {
    if (claim === undefined) return;
    this.#names.delete(claim);
    this.#latest = undefined;
  }

  #use(claim: string, name: string): void {
    if (claim === this.#latest) return;
    this.#latest = claim;
    this.#names.delete(claim);
    this.#names.set(claim, name);
  }
}

function claimOf(request: HttpRequest): string | undefined {
  const token = request.header('authorization');
  if (token !== undefined) return token;
  const { clientCertificate } = request.connection;
  return clientCertificate && certificateClaim(clientCertificate);
}

const certificateClaims = new WeakMap<Uint8Array, string>();

/** Made once for a connection. No token is mistaken for one: a header holds no line break. */
function certificateClaim(certificate: Uint8Array): string {
  let claim = certificateClaims.get(certificate);
  if (claim === undefined) {
    claim = `certificate\n${Buffer.from(certificate).toString('latin1')}`;
    certificateClaims.set(certificate, claim);
  }
  return claim;
}
