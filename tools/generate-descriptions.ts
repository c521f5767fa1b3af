/**
 * Writes the texts for `kubectl explain` and the OpenAPI documents to src/kinds/data/descriptions.generated: the doc comments of
 * the typed models of `cdk8s-plus-34`, which are those of v1.34 but leave out what only a server writes, and for that of
 * `kubernetes-models` and `@kubernetes/client-node`, which also knows the parameters of operations. Run when the package is installed
 * or built; the result is not kept in the repository. Without those development dependencies nothing is written, and explain works
 * without texts.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { packages, requireType, typeNames } from '../src/kinds/catalog.ts';

const modules = new URL('../node_modules/', import.meta.url);
const constructs = new URL('cdk8s-plus-34/lib/imports/k8s.d.ts', modules);
const models = new URL('kubernetes-models/', modules);
const client = new URL('@kubernetes/client-node/dist/gen/', modules);
const target = new URL('../src/kinds/data/descriptions.generated', import.meta.url);

/** Doc comments of a type: its own under '', fields under their JSON names. */
type Texts = Record<string, string>;

const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\//.source;
const modelComment = new RegExp(`${comment}\\s*(?:export declare class (\\w+)|'([^']+)'\\??:)`, 'g');
const plainField = /^ {4}'([^']+)'\??:/gm;

/** Without the stars of a comment and what follows the text in it. */
function plainText(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const end = lines.findIndex((line) => line.startsWith('@'));
  const told = (end < 0 ? lines : lines.slice(0, end)).join('\n').trim();
  return told.replaceAll("\\'", "'").replaceAll('\\"', '"');
}

/** By definition name and field, `io.k8s.api.core.v1.Pod#spec`. */
function constructTexts(): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [, text = ''] of readFileSync(constructs, 'utf8').matchAll(new RegExp(comment, 'g'))) {
    const place = /@schema (\S+)/.exec(text)?.[1];
    if (place !== undefined && !texts.has(place)) texts.set(place, plainText(text));
  }
  return texts;
}

/** `apps.v1.Deployment` stands in `apps/v1/Deployment.d.ts`, what has no group in `v1/`. */
function interfaceTexts(type: string): Texts {
  const { group, version, shortName } = requireType(type);
  const file = new URL(`${group === '' ? '' : `${group}/`}${version}/${shortName}.d.ts`, models);
  if (!existsSync(file)) return {};
  const [, , told = '', members = ''] =
    new RegExp(`(${comment})?\\s*export interface I${shortName} {([\\s\\S]*?)\\n}`).exec(
      readFileSync(file, 'utf8'),
    ) ?? [];
  const texts: Texts = { '': plainText(told) };
  for (const [, text = '', field = ''] of members.matchAll(new RegExp(`${comment}\\s*"([^"]+)"\\??:`, 'g'))) {
    texts[field] = plainText(text);
  }
  return texts;
}

function readModel(name: string): Texts | undefined {
  const file = new URL(`models/${name}.d.ts`, client);
  if (!existsSync(file)) return undefined;
  const source = readFileSync(file, 'utf8');
  const texts: Texts = {};
  for (const [, field = ''] of source.matchAll(plainField)) texts[jsonName(field)] = '';
  for (const [, text = '', className, field = ''] of source.matchAll(modelComment)) {
    texts[className ? '' : jsonName(field)] = plainText(text);
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

/** Operations by whose parameters those of all are known. */
const operations: Readonly<Record<string, string>> = {
  list: 'listNamespacedPod',
  write: 'createNamespacedPod',
  patch: 'patchNamespacedPod',
  delete: 'deleteNamespacedPod',
  log: 'readNamespacedPodLog',
  PodAttachOptions: 'connectGetNamespacedPodAttach',
  PodExecOptions: 'connectGetNamespacedPodExec',
  PodPortForwardOptions: 'connectGetNamespacedPodPortforward',
  PodProxyOptions: 'connectGetNamespacedPodProxy',
  ServiceProxyOptions: 'connectGetNamespacedServiceProxy',
  NodeProxyOptions: 'connectGetNodeProxy',
  path: 'connectGetNodeProxyWithPath',
};

function parameterTexts(): Record<string, Texts> {
  const source = readFileSync(new URL('apis/CoreV1Api.d.ts', client), 'utf8');
  const texts: Record<string, Texts> = {};
  for (const [name, operation] of Object.entries(operations)) {
    const [, told = ''] = new RegExp(`${comment}\\s*${operation}\\(`).exec(source) ?? [];
    texts[name] = {};
    for (const [, parameter = '', text = ''] of told.matchAll(/@param (\w+) (.*)/g)) {
      texts[name][jsonName(parameter)] = paragraphs(unescaped(text).trim(), name);
    }
  }
  return texts;
}

function unescaped(text: string): string {
  const characters: Readonly<Record<string, string>> = {
    quot: '"',
    '#39': "'",
    '#x60': '`',
    '#x3D': '=',
    lt: '<',
    gt: '>',
    amp: '&',
  };
  const written = text.replace(/&(#?\w+);/g, (whole, name: string) => characters[name] ?? whole);
  return written.replaceAll('\\"', '"').replaceAll("\\'", "'");
}

/** Line breaks were made blanks: a sentence after two blanks begins a paragraph, but for a text that has such blanks itself. */
function paragraphs(text: string, operation: string): string {
  if (operation === 'log') return text;
  return text
    .replace(/ {2}(?=(When|Defaults|This|The) )/g, '\n\n')
    .replace(/ {3}(?=\w)/g, '\n  ')
    .replace(/\. (?=- `resourceVersionMatch` set)/g, '.\n');
}

/** The text of the client, whose paragraphs ran together, in the form of the other where they say the same. */
function chosen(flat: string, formed: string): string {
  const words = (text: string) => text.split(/\s+/).join(' ');
  return flat === '' || words(flat) === words(formed) ? formed : flat;
}

function generate(): void {
  if (![client, constructs, models].every((each) => existsSync(each))) {
    console.log('without its development dependencies kubectl explain will show no texts');
    return;
  }
  const known = constructTexts();
  const types: Record<string, Texts> = {};
  for (const type of packages.flatMap(typeNames)) {
    const { fields, definitionName } = requireType(type);
    const model = modelOf(type) ?? {};
    const members = interfaceTexts(type);
    const texts = ['', ...fields.keys()].map((field) => {
      const place = field === '' ? definitionName : `${definitionName}#${field}`;
      return [field, known.get(place) ?? chosen(model[field] ?? '', members[field] ?? '')] as const;
    });
    const told = texts.filter(([, text]) => text !== '');
    if (told.length > 0) types[type] = Object.fromEntries(told);
  }
  writeFileSync(target, JSON.stringify({ types, parameters: parameterTexts() }));
  console.log(`texts of ${Object.keys(types).length} types written`);
}

generate();
