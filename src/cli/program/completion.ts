import { UsageError, type Verb, type VerbCall } from './declaration.ts';

export async function run(call: VerbCall): Promise<number> {
  const [shell, ...words] = call.words;
  if (shell === 'candidates') {
    for (const candidate of await candidates(words, call.verbs)) process.stdout.write(`${candidate}\n`);
    return 0;
  }
  const script = shell === undefined ? undefined : scripts[shell];
  if (!script) throw new UsageError('name the shell: bash, zsh or fish.');
  process.stdout.write(script);
  return 0;
}

/** What may follow the words typed so far; the last one is the one being typed. */
export async function candidates(words: readonly string[], verbs: readonly Verb[]): Promise<string[]> {
  const [word = '', ...rest] = words;
  if (rest.length === 0) {
    const shown = verbs.filter((verb) => !verb.hidden).map((verb) => verb.word);
    return shown.filter((name) => name.startsWith(word));
  }
  if (word === 'az') {
    const { completeAz } = await import('../az/index.ts');
    return completeAz(rest);
  }
  const verb = verbs.find((candidate) => candidate.word === word);
  const options = Object.keys(verb?.options ?? {}).map((name) => `--${name}`);
  return [...(verb?.words ?? []), ...options].filter((name) => name.startsWith(rest.at(-1) ?? ''));
}

const scripts: Readonly<Record<string, string>> = {
  bash: `_drydock() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=($(drydock completion -- candidates "\${words[@]}" 2>/dev/null))
}
_drydock_az() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=($(drydock completion -- candidates az "\${words[@]}" 2>/dev/null))
}
complete -o default -F _drydock drydock
complete -o default -F _drydock_az az
`,
  zsh: `#compdef drydock
_drydock() {
  local -a found
  found=("\${(@f)$(drydock completion -- candidates "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _drydock drydock
`,
  fish: `complete -c drydock -f -a '(drydock completion -- candidates (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
};
