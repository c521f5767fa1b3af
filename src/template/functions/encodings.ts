import { createHash } from 'node:crypto';
import { utf8 } from '../../base/index.ts';
import { TemplateError } from '../errors.ts';
import { hashText } from '../hash.ts';
import { any, type CallSite, define, joined, paid, refused, text } from './definition.ts';
import { parsed } from './objects.ts';

function fromBase64(value: string, site: CallSite): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0)
    throw refused(site, 'the value is not valid base64');
  return paid(Buffer.from(value, 'base64').toString('utf8'), site);
}

/** The namespace of the ids that `guid` makes; public as that of Bicep and Resource Manager. */
const guidNamespace = Buffer.from('11fb06fb712d4ddd98c7e71bbd588830', 'hex');

/** A name-based UUID (RFC 9562, version 5). */
function namedGuid(name: string): string {
  const hash = createHash('sha1').update(guidNamespace).update(name).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const dataUri = /^data:([^,;]*)(?:;charset=([^,;]*))?(;base64)?,(.*)$/is;

function decodedUri(value: string, site: CallSite): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw refused(site, 'the value is not a valid URI-encoded string');
  }
}

/** Encodings, hashes and ids. */
export const encodingFunctions = [
  define('base64', [1, 1], ([value], site) => paid(Buffer.from(text(value, site)).toString('base64'), site)),
  define('base64ToString', [1, 1], ([value], site) => fromBase64(text(value, site), site)),
  define('base64ToJson', [1, 1], ([value], site) => parsed(fromBase64(text(value, site), site), site)),
  define('dataUri', [1, 1], ([value], site) =>
    paid(`data:text/plain;charset=utf8;base64,${Buffer.from(text(value, site)).toString('base64')}`, site),
  ),
  define('dataUriToString', [1, 1], ([value], site) => {
    const found = dataUri.exec(text(value, site));
    if (!found) throw refused(site, 'the value is not a valid data URI');
    const [, , , isBase64, content = ''] = found;
    return isBase64 ? fromBase64(content, site) : decodedUri(content, site);
  }),
  define('uriComponent', [1, 1], ([value], site) =>
    paid(
      encodeURIComponent(text(value, site).toWellFormed()).replace(
        /[!'()*]/g,
        (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
      site,
    ),
  ),
  define('uriComponentToString', [1, 1], ([value], site) => decodedUri(text(value, site), site)),
  define('uri', [2, 2], ([base, relative], site) => {
    try {
      return paid(new URL(text(relative, site), text(base, site)).href, site);
    } catch (thrown) {
      if (thrown instanceof TemplateError) throw thrown;
      throw refused(site, 'the base is not a valid absolute URI');
    }
  }),
  define('uniqueString', [1, any], (args, site) =>
    hashText(
      utf8(
        joined(
          args.map((arg) => text(arg, site)),
          '-',
          site,
        ),
      ),
    ),
  ),
  define('guid', [1, any], (args, site) =>
    namedGuid(
      joined(
        args.map((arg) => text(arg, site)),
        '-',
        site,
      ),
    ),
  ),
  define('newGuid', [0, 0], (_, site) => {
    if (site.frame.place !== 'parameter') throw onlyInDefaults(site);
    return site.frame.facts.newGuid();
  }),
];

/** Functions whose value changes are for default values of parameters. */
export function onlyInDefaults({ name }: CallSite): TemplateError {
  return new TemplateError(
    `The template function '${name}' is not expected at this location. The function can only be used as the default value of a template parameter. ` +
      `Please see https://aka.ms/arm-functions/#${name.toLowerCase()} for usage details.`,
  );
}
