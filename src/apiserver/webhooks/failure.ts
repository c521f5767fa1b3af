import { goQuote } from '../../apimachinery/validation/go-text.ts';

/** A webhook could not be asked, or answered nothing that counts: what then, its failure policy says. */
export class CallFailure extends Error {
  constructor(webhook: string, why: string) {
    super(`failed calling webhook ${goQuote(webhook)}: ${why}`);
  }
}
