import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineCommand } from '../../declaration.ts';
import { text } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';

/** `az aks install-cli`: nothing is downloaded; it looks whether kubectl is there. */
export const command = defineCommand({
  words: 'aks install-cli',
  summary: 'Look for kubectl. Drydock downloads nothing, and its kubeconfigs need no kubelogin.',
  flags: {
    clientVersion: text('--client-version', 'Taken and without effect: nothing is downloaded.'),
    installLocation: text('--install-location', 'Taken and without effect: nothing is downloaded.'),
    kubeloginVersion: text('--kubelogin-version', 'Taken and without effect: nothing is downloaded.'),
  },
  async run({ context, warn }) {
    const folders = (context.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
    const found = folders.map((folder) => join(folder, 'kubectl')).find(isExecutable);
    if (found === undefined) {
      throw new AzError('kubectl is not on PATH, and Drydock downloads nothing.', {
        advice: ['Install kubectl with the package manager of this machine, then run the command again.'],
      });
    }
    warn(`kubectl is already installed: ${found}. Kubeconfigs of Drydock need no kubelogin.`);
    return undefined;
  },
});

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
