import { join, relative, sep } from 'node:path';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';
import { hashOf } from './coverage.ts';
import { operators } from './operators.ts';

/** One small change to a source: the text from `start` to `end` becomes `replacement`. */
export interface Mutant {
  /** Path from the tree's root, with slashes. */
  readonly file: string;
  readonly room: string;
  /** What kind of change it is, by the name of its operator. */
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** From 0. */
  readonly line: number;
  /** The line it starts on, without indentation. */
  readonly lineText: string;
  /** `before => after`, white space made one. */
  readonly change: string;
  /** The same for the same change in the same words, whatever line it stands on. */
  readonly id: string;
  readonly sourceHash: string;
}

/** Every mutant of the sources below `src/<room>` of the tree, which has a `tsconfig.json`. */
export function mutantsOf(tree: string, rooms: readonly string[]): Mutant[] {
  const config = join(tree, 'tsconfig.json');
  const api = new API({ cwd: tree });
  try {
    const project = api.updateSnapshot({ openProjects: [config] }).getProjects()[0];
    if (!project) throw new Error(`${config} names no project`);
    const { program } = project;
    return program
      .getSourceFileNames()
      .map((name) => ({ name, file: relative(tree, name).split(sep).join('/') }))
      .filter(({ file }) => file.endsWith('.ts') && rooms.some((room) => file.startsWith(`src/${room}/`)))
      .flatMap(({ name, file }) => {
        const source = program.getSourceFile(name);
        return source ? mutantsIn(source, file) : [];
      });
  } finally {
    api.close();
  }
}

function mutantsIn(source: SourceFile, file: string): Mutant[] {
  const { text } = source;
  const sourceHash = hashOf(text);
  const room = file.split('/')[1] ?? '';
  const seen = new Map<string, number>();
  const found: Mutant[] = [];
  const visit = (node: Node): void => {
    if (isSilent(node)) return;
    for (const { name, apply } of operators) {
      for (const { start, end, replacement } of apply(node, source)) {
        const from = text.lastIndexOf('\n', start - 1) + 1;
        const to = text.indexOf('\n', start);
        const lineText = text.slice(from, to < 0 ? undefined : to).trim();
        const change = `${oneSpace(text.slice(start, end))} => ${oneSpace(replacement)}`;
        const words = [file, name, lineText, change].join('\n');
        const nth = seen.get(words) ?? 0;
        seen.set(words, nth + 1);
        const line = text.slice(0, start).split('\n').length - 1;
        const id = hashOf(`${words}\n${nth}`);
        const place = { file, room, operator: name, start, end, replacement, line };
        found.push({ ...place, lineText, change, id, sourceHash });
      }
    }
    node.forEachChild(visit);
  };
  source.forEachChild(visit);
  return found;
}

function oneSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** What never runs, or says nothing about behaviour: types, imports and lines for the log. */
function isSilent(node: Node): boolean {
  return (
    is.isTypeNode(node) ||
    is.isInterfaceDeclaration(node) ||
    is.isTypeAliasDeclaration(node) ||
    is.isImportDeclaration(node) ||
    is.isExportDeclaration(node) ||
    isForTheLog(is.isExpressionStatement(node) ? node.expression : node)
  );
}

function isForTheLog(node: Node): boolean {
  return is.isCallExpression(node) && /\blog(?:ger)?\??\.\w+$/i.test(node.expression.getText());
}
