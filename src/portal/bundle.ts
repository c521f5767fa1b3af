import { existsSync, readFileSync } from 'node:fs';

/** A compiled file of the page. */
export interface BundleFile {
  readonly type: string;
  readonly text: string;
}

/** What the generator writes: the document, and all that it loads by names that contain their hash. */
export interface Bundle {
  readonly document: string;
  readonly files: Readonly<Record<string, BundleFile>>;
}

/** Where `tools/generate-portal.ts` writes the bundle. */
export const bundleFile = new URL('./page.generated', import.meta.url);

/** The compiled pages; undefined when they were not built. */
export function readBundle(file: URL = bundleFile): Bundle | undefined {
  if (!existsSync(file)) return undefined;
  // Our own generator wrote it.
  return JSON.parse(readFileSync(file, 'utf8')) as Bundle;
}
