import { unzipSync } from 'fflate';

export const attachmentLimits = {
  /** As sent, in Base64. */
  textCharacters: 4_000_000,
  /** Of all files together, unpacked. */
  unpackedBytes: 16 * 1024 * 1024,
  files: 1_000,
  pathCharacters: 256,
} as const;

/** Why attached files are not taken. */
export class BadAttachments extends Error {}

/** Files by their path in the archive. */
export type Attachments = ReadonlyMap<string, Uint8Array>;

/** The files of `context`: a ZIP archive in Base64. Throws `BadAttachments`. */
export function readAttachments(context: string): Attachments {
  const text = context.replace(/\s/g, '');
  if (text === '') return new Map();
  if (text.length > attachmentLimits.textCharacters) {
    throw new BadAttachments(`it has more than ${attachmentLimits.textCharacters} characters`);
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new BadAttachments('it is no Base64');
  return new Map(Object.entries(unpack(Buffer.from(text, 'base64'))));
}

function unpack(archive: Uint8Array): Record<string, Uint8Array> {
  let files = 0;
  let bytes = 0;
  try {
    return unzipSync(archive, {
      filter({ name, originalSize, size }) {
        // A folder; folders are made as files need them.
        if (name.endsWith('/')) return false;
        demandPlace(name);
        files++;
        bytes += Math.max(originalSize, size);
        if (files > attachmentLimits.files) {
          throw new BadAttachments(`it has more than ${attachmentLimits.files} files`);
        }
        if (bytes > attachmentLimits.unpackedBytes) {
          throw new BadAttachments(`its files have more than ${attachmentLimits.unpackedBytes} bytes`);
        }
        return true;
      },
    });
  } catch (thrown) {
    if (thrown instanceof BadAttachments) throw thrown;
    throw new BadAttachments('it is no ZIP archive');
  }
}

function demandPlace(name: string): void {
  const parts = name.split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '..' && !/[\p{Cc}\\:]/u.test(part));
  if (isPlain && name.length <= attachmentLimits.pathCharacters) return;
  throw new BadAttachments(`a file in it has the path ${JSON.stringify(name.slice(0, 100))}`);
}
