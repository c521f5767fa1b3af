import { distinct } from './distinct.ts';
import { join } from './join.ts';
import { mvExpand } from './mv-expand.ts';
import type { Operator } from './operator.ts';
import { extend, project, projectAway, projectKeep, projectRename, projectReorder } from './project.ts';
import { count, order, take, top } from './rows.ts';
import { summarize } from './summarize.ts';
import { union } from './union.ts';
import { where } from './where.ts';

const all: readonly Operator[] = [
  where,
  project,
  projectAway,
  projectKeep,
  projectRename,
  projectReorder,
  extend,
  summarize,
  join,
  union,
  order,
  top,
  take,
  count,
  distinct,
  mvExpand,
];

/** Every operator that is spoken here, by word. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  all.flatMap((operator) => operator.words.map((word) => [word, operator] as const)),
);
