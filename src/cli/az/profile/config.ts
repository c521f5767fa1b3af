import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivately } from '../../private-file.ts';

/** A setting and where it comes from. */
export interface Setting {
  readonly name: string;
  readonly source: string;
  readonly value: string;
}

/** The INI file `config` of the profile folder; `AZURE_SECTION_KEY` in the environment wins over it. */
export class Config {
  readonly path: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #sections: Map<string, Map<string, string>>;

  constructor(directory: string, env: Readonly<Record<string, string | undefined>>) {
    this.path = join(directory, 'config');
    this.#env = env;
    this.#sections = parseIni(readOptional(this.path) ?? '');
  }

  get(section: string, key: string): string | undefined {
    return this.#env[variableOf(section, key)] ?? this.#sections.get(section)?.get(key);
  }

  /** True for `1 yes true on`, in any case. */
  flag(section: string, key: string): boolean {
    return ['1', 'yes', 'true', 'on'].includes((this.get(section, key) ?? '').toLowerCase());
  }

  sections(): string[] {
    return [...this.#sections.keys()].sort();
  }

  /** Settings of a section, from the file and the environment. */
  settings(section: string): Setting[] {
    const found = new Map<string, Setting>();
    for (const [name, value] of this.#sections.get(section) ?? []) {
      found.set(name, { name, source: this.path, value });
    }
    const prefix = variableOf(section, '');
    for (const [variable, value] of Object.entries(this.#env)) {
      if (!variable.startsWith(prefix) || value === undefined) continue;
      const name = variable.slice(prefix.length).toLowerCase();
      found.set(name, { name, source: variable, value });
    }
    return [...found.values()];
  }

  set(section: string, key: string, value: string): void {
    const settings = this.#sections.get(section) ?? new Map<string, string>();
    settings.set(key.toLowerCase(), value);
    this.#sections.set(section, settings);
    this.#save();
  }

  unset(section: string, key: string): void {
    const settings = this.#sections.get(section);
    settings?.delete(key.toLowerCase());
    if (settings?.size === 0) this.#sections.delete(section);
    this.#save();
  }

  #save(): void {
    writePrivately(this.path, formatIni(this.#sections));
  }
}

function variableOf(section: string, key: string): string {
  return `AZURE_${section.toUpperCase()}_${key.toUpperCase()}`;
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Sections and keys of an INI text; keys are lower-cased, continuation lines are joined. */
function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const head = /^\[(.+)\]$/.exec(trimmed)?.[1];
    if (head !== undefined) {
      section = sections.get(head) ?? new Map<string, string>();
      sections.set(head, section);
      continue;
    }
    const [, key, value] = /^([^=:\s](?:[^=:]*[^=:\s])?)\s*[=:]\s*(.*)$/.exec(trimmed) ?? [];
    if (section && key !== undefined) section.set(key.toLowerCase(), value ?? '');
  }
  return sections;
}

/** The INI text that `parseIni` reads back. */
function formatIni(sections: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  return [...sections]
    .map(
      ([name, settings]) =>
        `[${name}]\n${[...settings].map(([key, value]) => `${key} = ${value}\n`).join('')}\n`,
    )
    .join('');
}
