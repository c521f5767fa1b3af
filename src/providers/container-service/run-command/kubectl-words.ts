/** Why a line of kubectl is not run. */
export class UnrunnableWords extends Error {}

/**
 * What of kubectl is run: commands that do their work at the API server. Those that open ports, start programs or an editor,
 * or write files on the machine are not.
 */
const commands = new Set(
  'annotate api-resources api-versions apply auth autoscale certificate cluster-info cordon create delete describe drain events exec explain expose get label logs patch replace rollout run scale set taint top uncordon version wait'.split(
    ' ',
  ),
);

/** Below those commands, what is not. */
const subcommandsNotRun: ReadonlyMap<string, string> = new Map([
  ['apply', 'edit-last-applied'],
  ['cluster-info', 'dump'],
]);

/** Flags whose values name files: attached ones. */
const fileFlags = new Set(['filename', 'from-file', 'from-env-file', 'patch-file', 'cert', 'key']);

/** All others that may be given. What is not here could lead out of the cluster or onto the machine, or is not known. */
const otherFlags = new Set(
  'aggregation-rule all all-containers all-namespaces all-pods allow-missing-template-keys annotation annotations api-group api-version append-hash as as-group as-uid attach audience bound-object-kind bound-object-name bound-object-uid cached cascade categories chunk-size class client cluster-ip clusterip clusterrole command container containers cpu-percent create-annotation current-replicas current-revision default-backend delete-emptydir-data description disable-eviction docker-email docker-password docker-server docker-username dry-run duration env expose external-ip external-name field-manager field-selector follow for force force-conflicts from from-literal global-default grace-period group hard help ignore-daemonsets ignore-errors ignore-not-found image image-pull-policy insecure-skip-tls-verify-backend keys label-columns labels leave-stdin-open limit-bytes limits list load-balancer-ip local max max-log-requests max-unavailable min min-available name namespace namespaced namespaces no-headers node-port non-resource-url now openapi-patch output output-watch-events override-type overrides overwrite patch pod-running-timeout pod-selector port preemption-policy prefix previous privileged protocol prune prune-allowlist quiet raw recursive remove-extra-permissions remove-extra-subjects replicas request-timeout requests resolve resource resource-name resource-version restart revision rm role rule save-config schedule scopes selector server-print server-side serviceaccount session-affinity show-capacity show-events show-kind show-labels show-managed-fields since since-time skip-wait-for-delete-timeout sort-by stdin subresource sum tail target-port tcp template timeout timestamps to-revision tty type types use-protocol-buffers user v validate value verb verbs wait warnings-as-errors watch watch-only'.split(
    ' ',
  ),
);

/** Short flags that take a value and those that take none. */
const valueShorts = new Set('cefLlnoprv');
const switchShorts = new Set('AhiqRtw');

/** What may stand before the command. */
const leading = /^(-n|--namespace|--as|--as-group|--as-uid|--request-timeout|-v|--v)(=.*)?$/s;

/**
 * Tells whether kubectl may run with these words (without its own name) on this machine, with `files` and nothing else of
 * it in reach. Every word counts as a flag that looks like one, wherever it stands. Throws `UnrunnableWords`.
 */
export function demandRunnable(words: readonly string[]): void {
  let at = 0;
  while (words[at]?.startsWith('-')) {
    const word = words[at] ?? '';
    const found = leading.exec(word);
    if (!found) {
      if (word === '-h' || word === '--help' || word === '--version') return;
      throw new UnrunnableWords(`'${word}' is run only after kubectl's command, if at all`);
    }
    at += found[2] === undefined ? 2 : 1;
  }
  const command = words[at];
  if (command === undefined) return;
  if (!commands.has(command)) {
    throw new UnrunnableWords(`'kubectl ${command}' is not run here: it works on the machine it runs on`);
  }
  judgeRest(command, words.slice(at + 1));
}

function judgeRest(command: string, rest: readonly string[]): void {
  const notRun = subcommandsNotRun.get(command);
  let before = '';
  for (const [at, word] of rest.entries()) {
    if (word === '--') {
      // A flag before it might take it as its value, and what follows would be flags after all.
      if (mayTakeValue(before)) throw new UnrunnableWords(`'--' may not stand after '${before}'`);
      return;
    }
    if (word === notRun) throw new UnrunnableWords(`'kubectl ${command} ${notRun}' is not run here`);
    if (word.startsWith('-') && word.length > 1) judgeFlag(command, word, rest[at + 1]);
    before = word;
  }
}

function mayTakeValue(word: string): boolean {
  if (!word.startsWith('-') || word.includes('=')) return false;
  if (word.startsWith('--')) return !/^--(stdin|tty|quiet|rm|command|attach|expose|privileged)$/.test(word);
  return [...word.slice(1)].some((letter) => !switchShorts.has(letter));
}

function judgeFlag(command: string, word: string, next: string | undefined): void {
  const { name, value } = word.startsWith('--') ? longFlag(word) : shortFlag(command, word);
  const given = value ?? next ?? '';
  if (fileFlags.has(name)) demandAttached(name, given);
  else if (!otherFlags.has(name)) {
    throw new UnrunnableWords(`the flag '--${name}' is not taken here`);
  }
  if (name === 'output' && /^[^=]*file/i.test(given)) {
    throw new UnrunnableWords(`the output format '${given}' reads a file and is not taken here`);
  }
}

function longFlag(word: string): { readonly name: string; readonly value: string | undefined } {
  const at = word.indexOf('=');
  return at < 0
    ? { name: word.slice(2), value: undefined }
    : { name: word.slice(2, at), value: word.slice(at + 1) };
}

const shortNames: Readonly<Record<string, string>> = {
  c: 'container',
  e: 'env',
  f: 'filename',
  L: 'label-columns',
  l: 'selector',
  n: 'namespace',
  o: 'output',
  p: 'patch',
  r: 'replicas',
  v: 'v',
};

function shortFlag(
  command: string,
  word: string,
): { readonly name: string; readonly value: string | undefined } {
  const letters = word.slice(1);
  if ([...letters].every((letter) => switchShorts.has(letter))) return { name: 'help', value: undefined };
  const first = letters[0] ?? '';
  if (!valueShorts.has(first)) throw new UnrunnableWords(`the flag '${word}' is not taken here`);
  // Only there it is a switch, and takes nothing.
  const isSwitch = command === 'logs' && (first === 'f' || first === 'p');
  if (isSwitch && letters.length > 1) throw new UnrunnableWords(`write '${word}' as flags of their own`);
  if (isSwitch) return { name: 'follow', value: undefined };
  const value = letters.length > 1 ? letters.slice(1).replace(/^=/, '') : undefined;
  return { name: shortNames[first] ?? first, value };
}

const attachedPath = /^(?!-)[A-Za-z0-9_.*@+-]+(\/[A-Za-z0-9_.*@+-]+)*\/?$/;

/** `a.yaml,folder/b.yaml`, and `key=a.txt` where a file becomes a value. */
function demandAttached(name: string, value: string): void {
  const paths = value.split(',').map((part) => (name === 'from-file' ? part.replace(/^[^=/]*=/, '') : part));
  for (const path of paths) {
    if (attachedPath.test(path) && !path.split('/').includes('..')) continue;
    const why = path === '-' ? 'nothing comes on its standard input' : 'files come with the command';
    throw new UnrunnableWords(
      `'${path}' cannot be read: ${why}. Attach the file and name it by its path there`,
    );
  }
}
