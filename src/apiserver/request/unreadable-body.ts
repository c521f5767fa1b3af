import { StatusError } from '../../apimachinery/status.ts';

const shownBytes = 30;

/**
 * A body that is no JSON or YAML text. Verbs that know what it should have been say so; as it stands it is a 400 like
 * theirs.
 */
export class UnreadableBody extends StatusError {
  /** What the decoder says. */
  readonly why: string;
  /** Of JSON the problem alone, of YAML all of it. */
  readonly format: 'json' | 'yaml' | 'protobuf';
  readonly summary: string;

  constructor(format: UnreadableBody['format'], why: string, bytes: Uint8Array) {
    const summary = summaryOf(bytes);
    super(
      400,
      'BadRequest',
      `the object provided is unrecognized (must be of type ${format.toUpperCase()}): ${why} (${summary})`,
    );
    this.why = why;
    this.format = format;
    this.summary = summary;
  }
}

/** The beginning of a body, as refusals repeat it. */
export function summaryOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const begin = Buffer.from(bytes.subarray(0, shownBytes));
  const text = bytes[0] === 0x7b ? begin.toString('utf8') : begin.toString('hex');
  return bytes.length > shownBytes ? `${text} ...` : text;
}
