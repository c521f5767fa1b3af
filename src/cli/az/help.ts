import { groupSummaries } from './commands/groups.ts';
import type { AzContext } from './context.ts';
import type { Command, Flag, IndexEntry } from './declaration.ts';
import { wordsBelow } from './lookup.ts';
import { surfaceOf } from './surface.ts';

const widest = 100;

/** Printed by a bare `az` before the list of groups. */
export const welcome = `
Drydock az: the az commands of a self-hosted control plane.
Use \`az -h\` to see available commands, \`az version\` for the versions.
`;

/** Help of a group; `words` is empty for the root. */
export function groupHelp(words: string, index: readonly IndexEntry[], context: AzContext): string {
  const names = [...new Set(wordsBelow(index, words))].sort();
  const pathOf = (name: string) => (words === '' ? name : `${words} ${name}`);
  const commands = names.filter((name) => index.some((one) => one.words === pathOf(name)));
  const groups = names.filter((name) => index.some((one) => one.words.startsWith(`${pathOf(name)} `)));
  const title =
    words === '' ? '    az\n' : wrapPair(`    az ${words} : `, groupSummaries[words] ?? '', context, 4);
  const column = Math.max(...names.map((name) => name.length));
  const row = (name: string, text: string) => wrapPair(`    ${name.padEnd(column)} : `, text, context);
  let text = `\nGroup\n${title}`;
  if (groups.length > 0) {
    text += `\nSubgroups:\n${groups.map((name) => row(name, groupSummaries[pathOf(name)] ?? '')).join('')}`;
  }
  if (commands.length > 0) {
    const summary = (name: string) => index.find((one) => one.words === pathOf(name))?.summary ?? '';
    text += `\nCommands:\n${commands.map((name) => row(name, summary(name))).join('')}`;
  }
  return `${text}\n`;
}

/** Help of a command. */
export function commandHelp(command: Command, context: AzContext): string {
  let text = `\nCommand\n${wrapPair(`    az ${command.words} : `, command.summary, context, 4)}`;
  if (command.detail) text += wrapPair('        ', command.detail, context, 8);
  const rows = rowsOf(command);
  const column = Math.max(
    ...rows.map((row) => row.names.length + (row.required ? requiredMark.length + 1 : 0)),
  );
  for (const group of groupsOf(rows)) {
    text += `\n${group}\n`;
    for (const row of rows.filter((one) => one.group === group).sort(byRequiredThenName)) {
      const label = row.required
        ? `${row.names.padEnd(column - requiredMark.length - 1)} ${requiredMark}`
        : row.names.padEnd(column);
      text += wrapPair(`    ${label} : `, row.help, context);
    }
  }
  if (command.positional) {
    text += `\nPositional\n${wrapPair(`    ${command.positional.name} : `, command.positional.help, context)}`;
  }
  if (command.examples && command.examples.length > 0) {
    text += '\nExamples\n';
    text += command.examples.map((one) => `    ${one.text}\n        ${one.command}\n`).join('\n');
  }
  return `${text}\n`;
}

const requiredMark = '[Required]';

interface Row {
  readonly names: string;
  readonly required: boolean;
  readonly help: string;
  readonly group: string;
}

function rowsOf(command: Command): Row[] {
  return Object.values(surfaceOf(command)).map((flag) => ({
    names: [...flag.names].sort(longFirst).join(' '),
    required: flag.required,
    help: helpOf(flag),
    group: flag.group ?? 'Arguments',
  }));
}

function longFirst(a: string, b: string): number {
  const long = Number(b.startsWith('--')) - Number(a.startsWith('--'));
  return long !== 0 ? long : a < b ? -1 : 1;
}

function helpOf(flag: Flag<unknown>): string {
  let text = flag.help;
  if (flag.choices) text += `  Allowed values: ${[...flag.choices].sort().join(', ')}.`;
  if (flag.defaultText) text += `  Default: ${flag.defaultText}.`;
  return text;
}

function groupsOf(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.map((row) => row.group))];
  const rank = (name: string) => (name === 'Arguments' ? 0 : name === 'Global Arguments' ? 2 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function byRequiredThenName(a: Row, b: Row): number {
  if (a.required !== b.required) return a.required ? -1 : 1;
  return a.names < b.names ? -1 : 1;
}

/** `head` and then `text`, wrapped so that it stays right of the head (or of `indent`). */
function wrapPair(head: string, text: string, context: AzContext, indent = head.length): string {
  const room = Math.min(context.stdout.columns ?? widest, widest);
  const lines: string[] = [];
  let line = head;
  let filled = false;
  for (const word of text.split(' ')) {
    if (filled && line.length + 1 + word.length > room) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
      continue;
    }
    line += filled ? ` ${word}` : word;
    filled = true;
  }
  lines.push(line);
  return `${lines.map((one) => one.trimEnd()).join('\n')}\n`;
}
