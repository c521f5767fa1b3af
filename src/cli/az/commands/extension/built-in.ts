import type { AzContext } from '../../context.ts';
import { AzError } from '../../errors.ts';
import { profileDirectory } from '../../profile/directory.ts';
import { versionDocument } from '../../version.ts';

/** Extensions of az whose commands are part of this program, with the version that they follow. */
export const builtIn: Readonly<Record<string, string>> = versionDocument().extensions;

/** An extension as `az extension show` prints it. Throws AzError when it is none of ours. */
export function shownExtension(name: string, context: AzContext) {
  const version = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  if (version === undefined) throw notInstalled(name);
  return { extensionType: 'whl', name, path: profileDirectory(context), preview: false, version };
}

/** What is said of one that is not there, in the words of az. */
export function notInstalled(name: string): AzError {
  return new AzError(
    `The extension ${name} is not installed. Please install the extension via \`az extension add -n ${name}\`.`,
  );
}

/** What a request for one that is not built in is told. */
export function notToBeHad(name: string): AzError {
  const names = Object.keys(builtIn).join(', ');
  return new AzError(`No matching extensions for '${name}'. Use --debug for more information.`, {
    advice: [`Drydock installs nothing; these extensions are built in: ${names}.`],
  });
}
