import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';

/** A piece of text and what it becomes. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** A kind of change, and where in a syntax node it can be made. */
export interface Operator {
  readonly name: string;
  apply(node: Node, source: SourceFile): readonly Edit[];
}

function edit(node: Node, source: SourceFile, replacement: string): Edit {
  return { start: node.getStart(source), end: node.end, replacement };
}

const condition: Operator = {
  name: 'condition turned round',
  apply(node, source) {
    const found =
      is.isIfStatement(node) || is.isWhileStatement(node)
        ? node.expression
        : is.isConditionalExpression(node)
          ? node.condition
          : undefined;
    return found ? [edit(found, source, `!(${found.getText(source)})`)] : [];
  },
};

const boundaries: ReadonlyMap<SyntaxKind, string> = new Map([
  [SyntaxKind.LessThanToken, '<='],
  [SyntaxKind.LessThanEqualsToken, '<'],
  [SyntaxKind.GreaterThanToken, '>='],
  [SyntaxKind.GreaterThanEqualsToken, '>'],
  [SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [SyntaxKind.ExclamationEqualsEqualsToken, '==='],
]);

const comparison: Operator = {
  name: 'comparison swapped',
  apply(node, source) {
    if (!is.isBinaryExpression(node)) return [];
    const other = boundaries.get(node.operatorToken.kind);
    return other ? [edit(node.operatorToken, source, other)] : [];
  },
};

const joins: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken,
]);

const part: Operator = {
  name: 'part left out',
  apply(node, source) {
    if (!is.isBinaryExpression(node) || !joins.has(node.operatorToken.kind)) return [];
    const { left, right, operatorToken } = node;
    const only = edit(node, source, right.getText(source));
    // `list[at] ?? ''` is mostly there for the type checker, where the place is known to hold something.
    const forTypes =
      operatorToken.kind === SyntaxKind.QuestionQuestionToken && isEmpty(right.getText(source));
    return forTypes ? [only] : [edit(node, source, left.getText(source)), only];
  },
};

function isEmpty(text: string): boolean {
  return ["''", '0', '[]', '{}'].includes(text);
}

const statement: Operator = {
  name: 'statement dropped',
  apply(node, source) {
    if (!is.isExpressionStatement(node)) return [];
    const { expression } = node;
    if (is.isStringLiteral(expression) || expression.getText(source).startsWith('super(')) return [];
    return [edit(node, source, ';')];
  },
};

const constant: Operator = {
  name: 'constant replaced',
  apply(node, source) {
    if (node.kind === SyntaxKind.TrueKeyword) return [edit(node, source, 'false')];
    if (node.kind === SyntaxKind.FalseKeyword) return [edit(node, source, 'true')];
    if (!is.isStringLiteral(node) || isName(node)) return [];
    // A text for people is not what this tool asks about.
    if (/\s/.test(node.text)) return [];
    // `const [first = ''] = list` is for the type checker, as `?? ''` is.
    if (node.text === '' && is.isBindingElement(node.parent)) return [];
    return [edit(node, source, node.text === '' ? `'mutated'` : `''`)];
  },
};

/** Whether a string names a property or a module. */
function isName(node: Node): boolean {
  const { parent } = node;
  return is.isPropertyAssignment(parent) && parent.name === node;
}

const returned: Operator = {
  name: 'nothing returned',
  apply(node, source) {
    if (!is.isReturnStatement(node) || !node.expression) return [];
    if (node.expression.getText(source) === 'undefined') return [];
    return [edit(node.expression, source, 'undefined')];
  },
};

const early: Operator = {
  name: 'returned early',
  apply(node, source) {
    if (!is.isFunctionDeclaration(node) && !is.isMethodDeclaration(node)) return [];
    const { body } = node;
    const first = body?.statements[0];
    if (!body || !first || body.statements.length < 2) return [];
    const at = first.getStart(source);
    return [{ start: at, end: at, replacement: 'return; ' }];
  },
};

const awaited: Operator = {
  name: 'not awaited',
  apply(node, source) {
    if (!is.isAwaitExpression(node)) return [];
    // Whoever calls an async function waits for what it returns.
    if (is.isReturnStatement(node.parent) && !isInTry(node)) return [];
    return [edit(node, source, node.expression.getText(source))];
  },
};

function isInTry(node: Node): boolean {
  for (let at = node; at.parent; at = at.parent) {
    if (is.isTryStatement(at.parent)) return at.parent.tryBlock === at;
    if (is.isFunctionLikeDeclaration(at)) return false;
  }
  return false;
}

const number: Operator = {
  name: 'off by one',
  apply(node, source) {
    if (!is.isNumericLiteral(node)) return [];
    // `count ?? 0` is mostly there for the type checker, as `?? ''` is.
    const { parent } = node;
    if (is.isBinaryExpression(parent) && parent.operatorToken.kind === SyntaxKind.QuestionQuestionToken)
      return [];
    const value = Number(node.text);
    // Larger ones are times and sizes, where one more or less is no fault.
    return Number.isSafeInteger(value) && value < 1000 ? [edit(node, source, String(value + 1))] : [];
  },
};

/** Every kind of change that is tried. */
export const operators: readonly Operator[] = [
  condition,
  comparison,
  part,
  statement,
  constant,
  returned,
  early,
  awaited,
  number,
];
