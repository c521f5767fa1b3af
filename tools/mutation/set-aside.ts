import type { Mutant } from './points.ts';

/** A mutant that no test can tell from the original, or that none should; named by its words, not by its place. */
export interface SetAside {
  readonly file: string;
  /** The line it starts on, without indentation. */
  readonly line: string;
  /** `before => after`, as the report prints it. */
  readonly change: string;
  readonly reason: string;
}

/** Left out of every run, each with the reason. */
export const setAside: readonly SetAside[] = [];

export function isSetAside(mutant: Mutant, list: readonly SetAside[]): boolean {
  return list.some(
    ({ file, line, change }) => file === mutant.file && line === mutant.lineText && change === mutant.change,
  );
}
