import type { AzContext } from '../context.ts';
import type { TableTransformer } from '../declaration.ts';
import { formatJson } from './json.ts';

export const outputFormats = ['json', 'jsonc', 'yaml', 'yamlc', 'table', 'tsv', 'none'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export interface OutputOptions {
  readonly format: OutputFormat;
  readonly queried: boolean;
  readonly table?: TableTransformer;
  /** True when `core.no_color` is off. */
  readonly colorAllowed: boolean;
}

/** Text of a command's value in the chosen format; formats other than JSON are loaded when used. */
export async function formatOutput(
  value: unknown,
  options: OutputOptions,
  context: AzContext,
): Promise<string> {
  if (value === undefined || value === null) return '';
  const colored = options.colorAllowed && context.stdout.isTTY && context.stderr.isTTY;
  switch (options.format) {
    case 'none':
      return '';
    case 'json':
      return formatJson(value);
    case 'jsonc': {
      const text = formatJson(value);
      return colored ? (await import('./color.ts')).colorJson(text) : text;
    }
    case 'yaml':
      return (await import('./yaml.ts')).formatYaml(value);
    case 'yamlc': {
      const text = (await import('./yaml.ts')).formatYaml(value);
      return colored ? (await import('./color.ts')).colorYaml(text) : text;
    }
    case 'table': {
      const { formatTable } = await import('./table.ts');
      return formatTable(value, {
        queried: options.queried,
        ...(options.table ? { transform: options.table } : {}),
      });
    }
    case 'tsv':
      return (await import('./tsv.ts')).formatTsv(value, options.queried);
  }
}
