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
export const setAside: readonly SetAside[] = [
  {
    file: 'src/controllers/work-applier/manifests.ts',
    line: "if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isObject(metadata)) {",
    change: "typeof apiVersion !== 'string' || typeof kind !== 'string' => typeof kind !== 'string'",
    reason:
      'The schema of Work demands an apiVersion of each manifest, so that none without it is ever stored.',
  },
  {
    file: 'src/controllers/deployment/reconcile.ts',
    line: 'const again = await writeStatus(rollout);',
    change: 'await writeStatus(rollout) => writeStatus(rollout)',
    reason:
      'The caller waits for what is returned. Only the clean-up of old revisions begins earlier, and it reads no status.',
  },
];

export function isSetAside(mutant: Mutant, list: readonly SetAside[]): boolean {
  return list.some(
    ({ file, line, change }) => file === mutant.file && line === mutant.lineText && change === mutant.change,
  );
}
