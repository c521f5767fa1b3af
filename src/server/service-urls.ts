/** How options name a Service: `NAMESPACE/NAME` or `NAMESPACE/NAME:PORT`. */
export function isServiceName(text: string): boolean {
  return /^[a-z0-9-]+\/[a-z0-9-]+(:\d{1,5})?$/.test(text);
}

/** Undefined for what is no https URL. */
export function httpsUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' ? url : undefined;
}

/** The option that says it again, with commas between. */
export function serviceUrlsText(urls: ReadonlyMap<string, URL>): string {
  return [...urls].map(([service, url]) => `${service}=${url}`).join(',');
}
