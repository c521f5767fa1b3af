/**
 * Writes the texts for `kubectl explain` to src/kinds/data/descriptions.generated: the doc comments of the models of
 * `@kubernetes/client-node`, by type and field. Run when the package is installed or built; the result is not kept in the repository.
 * Without that development dependency nothing is written, and explain works without texts.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { packages, requireType, typeNames } from '../src/kinds/catalog.ts';

const models = new URL('../node_modules/@kubernetes/client-node/dist/gen/models/', import.meta.url);
const target = new URL('../src/kinds/data/descriptions.generated', import.meta.url);

/** Doc comments of a model: the class's own under '', fields under their JSON names. */
type Texts = Record<string, string>;

const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export declare class (\w+)|'([^']+)'\??:)/g;
const plainField = /^ {4}'([^']+)'\??:/gm;

function readModel(name: string): Texts | undefined {
  const file = new URL(`${name}.d.ts`, models);
  if (!existsSync(file)) return undefined;
  const source = readFileSync(file, 'utf8');
  const texts: Texts = {};
  for (const [, field = ''] of source.matchAll(plainField)) texts[jsonName(field)] = '';
  for (const [, text = '', className, field = ''] of source.matchAll(comment)) {
    texts[className ? '' : jsonName(field)] = text
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
      .join('\n')
      .trim();
  }
  return texts;
}

/** Models rename what TypeScript would not take: `_default`, `x_kubernetes_list_type`. */
function jsonName(field: string): string {
  return field.replace(/^_/, '').replace(/^x_kubernetes_.*/, (name) => name.replaceAll('_', '-'));
}

/** The model of a type: `V1Pod`, or `CoreV1Event` where several groups have a kind of one name. */
function modelOf(type: string): Texts | undefined {
  const [home = '', version = '', shortName = ''] = type.split('.');
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  const fields = [...requireType(type).fields.keys()];
  for (const name of [`${capital(home)}${capital(version)}${shortName}`, `${capital(version)}${shortName}`]) {
    const texts = readModel(name);
    if (texts && fields.every((field) => field in texts)) return texts;
    if (texts && fields.filter((field) => field in texts).length > fields.length / 2) return texts;
  }
  return undefined;
}

function generate(): void {
  if (!existsSync(models)) {
    console.log('no @kubernetes/client-node: kubectl explain will show no texts');
    return;
  }
  const descriptions: Record<string, Texts> = {};
  for (const type of packages.flatMap(typeNames)) {
    const texts = modelOf(type);
    if (!texts) continue;
    const known = requireType(type).fields;
    const kept = Object.entries(texts).filter(
      ([field, text]) => text !== '' && (field === '' || known.has(field)),
    );
    if (kept.length > 0) descriptions[type] = Object.fromEntries(kept);
  }
  writeFileSync(target, JSON.stringify(descriptions));
  console.log(`texts of ${Object.keys(descriptions).length} types written`);
}

generate();
