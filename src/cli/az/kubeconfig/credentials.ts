import { delimiter, join } from 'node:path';
import { isObject, type Json } from '../../../base/index.ts';
import type { AzContext } from '../context.ts';
import type { Call, Flags } from '../declaration.ts';
import { text, toggle } from '../declare/flags.ts';
import { AzError } from '../errors.ts';
import { expandHome } from '../parse/files.ts';

/** Flags of every `get-credentials`. */
export const credentialFlags = {
  context: text('--context', 'If specified, overwrite the default context name.'),
  file: text(
    '--file -f',
    'Kubernetes configuration file to update. Use "-" to print YAML to stdout instead.',
    {
      defaultText: '$KUBECONFIG, else ~/.kube/config',
    },
  ),
  overwriteExisting: toggle(
    '--overwrite-existing',
    'Overwrite any existing cluster entry with the same name.',
  ),
} as const;

/** The kubeconfig that commands change when none is named: the first of `KUBECONFIG`, else `~/.kube/config`. */
function defaultKubeconfig(context: Pick<AzContext, 'env' | 'homeDirectory' | 'cwd'>): string {
  const first = (context.env['KUBECONFIG'] ?? '').split(delimiter).find((path) => path !== '');
  return first === undefined ? join(context.homeDirectory, '.kube', 'config') : expandHome(first, context);
}

/** The text of the first kubeconfig in an answer such as `{kubeconfigs:[{name,value}]}`. */
export function firstKubeconfig(answer: Json | undefined): string {
  const list = isObject(answer) ? answer['kubeconfigs'] : undefined;
  const first = Array.isArray(list) ? list[0] : undefined;
  const value = isObject(first) ? first['value'] : undefined;
  const decoded = typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
  if (decoded === '') throw new AzError('Fail to find kubeconfig file.');
  return decoded;
}

export interface Writing {
  readonly file: string | undefined;
  readonly context: string | undefined;
  readonly overwrite: boolean;
  readonly firstEntriesOnly?: boolean;
}

/** Prints the kubeconfig (`--file -`) or merges it; resolves with the sentence to say, if any. */
export async function writeCredentials(
  call: Call<Flags>,
  kubeconfig: string,
  writing: Writing,
): Promise<{ sentence: string; context: string; file: string } | undefined> {
  if (writing.file === '-') {
    call.context.stdout.write(kubeconfig.endsWith('\n') ? kubeconfig : `${kubeconfig}\n`);
    return undefined;
  }
  const file =
    writing.file === undefined ? defaultKubeconfig(call.context) : expandHome(writing.file, call.context);
  const { mergeKubeconfig } = await import('./merge.ts');
  const context = await mergeKubeconfig({
    addition: kubeconfig,
    file,
    context: writing.context,
    overwrite: writing.overwrite,
    ...(writing.firstEntriesOnly ? { firstEntriesOnly: true } : {}),
    ask: (question) => askOnce(call, question),
    warn: call.warn,
  });
  const shown = writing.file ?? file;
  return { sentence: `Merged "${context}" as current context in ${shown}`, context, file: shown };
}

async function askOnce(call: Call<Flags>, question: string): Promise<boolean | undefined> {
  for (;;) {
    const answer = await call.context.prompt(`${question} (y/n): `);
    if (answer === undefined) return undefined;
    const word = answer.trim().toLowerCase();
    if (word === 'y' || word === 'yes') return true;
    if (word === 'n' || word === 'no') return false;
  }
}
