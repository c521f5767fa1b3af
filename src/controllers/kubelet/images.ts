import { createHash } from 'node:crypto';

/** What the runtime calls an image. */
export function qualifiedImage(image: string): string {
  const named = image.includes('/') ? image : `library/${image}`;
  const first = named.split('/')[0] ?? '';
  const hosted = /[.:]|^localhost$/.test(first) ? named : `docker.io/${named}`;
  const last = hosted.slice(hosted.lastIndexOf('/') + 1);
  return /[:@]/.test(last) ? hosted : `${hosted}:latest`;
}

export function imageId(image: string): string {
  const qualified = qualifiedImage(image).replace(/@[\s\S]*/, '');
  const repository = qualified.replace(/:[^:/]*$/, '');
  return `${repository}@sha256:${createHash('sha256').update(qualified).digest('hex')}`;
}

/** Why an image cannot be had. */
export interface ImageFault {
  /** What a container waits for at once, and after the first try. */
  readonly reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName';
  /** As the runtime says it. */
  readonly message: string;
}

const resolver = '168.63.129.16:53';

/**
 * The fault of an image by its name: hosts under `.invalid` resolve nowhere (RFC 6761), names and tags that say
 * `notfound` are not there, and what is no reference is none.
 */
export function imageFault(image: string): ImageFault | undefined {
  if (
    !/^[\w][\w.:/@-]*$/.test(image) ||
    /[A-Z]/.test(
      image
        .replace(/[:@][^/]*$/, '')
        .split('/')
        .slice(1)
        .join('/'),
    )
  ) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
    return { reason: 'InvalidImageName', message };
  }
  const reference = qualifiedImage(image);
  const opening = (code: string) =>
    `rpc error: code = ${code} desc = failed to pull and unpack image "${reference}": failed to resolve reference "${reference}"`;
  const host = reference.split('/')[0] ?? '';
  const hostName = host.replace(/:\d+$/, '');
  if (hostName === 'invalid' || hostName.endsWith('.invalid')) {
    const [, path = '', tag = 'latest'] = /^[^/]+\/(.*?)(?:[:@]([^/]*))?$/.exec(reference) ?? [];
    const asked = `https://${host}/v2/${path}/manifests/${tag}`;
    const why = `failed to do request: Head "${asked}": dial tcp: lookup ${hostName} on ${resolver}: no such host`;
    return { reason: 'ErrImagePull', message: `${opening('Unknown')}: ${why}` };
  }
  if (!/not-?found/i.test(reference)) return undefined;
  return { reason: 'ErrImagePull', message: `${opening('NotFound')}: ${reference}: not found` };
}

/** What a container's status says of the fault; the runtime's code is told in events alone. */
export function shownFault({ message }: ImageFault): string {
  return message.replace(/^rpc error: code = NotFound desc = /, '');
}
