import { httpsUrl, isServiceName } from '../../server/service-urls.ts';
import { UsageError } from './declaration.ts';

/**
 * The values of `--service-url`, with commas between: `NAMESPACE/NAME[:PORT]=URL`, where a Service is reached that webhooks or
 * APIs lie behind. Throws UsageError for what is none, and for a URL that is not https.
 */
export function serviceUrls(value: unknown): ReadonlyMap<string, URL> {
  const urls = new Map<string, URL>();
  for (const pair of typeof value === 'string' ? value.split(',') : []) {
    const at = pair.indexOf('=');
    const [service, url] = [pair.slice(0, at), httpsUrl(pair.slice(at + 1))];
    if (at < 0 || !isServiceName(service)) {
      throw new UsageError(`--service-url ${pair}: expected NAMESPACE/NAME[:PORT]=URL.`);
    }
    if (!url) throw new UsageError(`--service-url ${pair}: expected an https URL.`);
    urls.set(service, url);
  }
  return urls;
}
