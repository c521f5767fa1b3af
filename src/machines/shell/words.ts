/** What the shell language is made of, once read. */
export type Part =
  | { readonly type: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly type: 'variable'; readonly name: string; readonly quoted: boolean; readonly otherwise?: Word }
  | { readonly type: 'output'; readonly script: Script; readonly quoted: boolean }
  | { readonly type: 'number'; readonly expression: Word };

/** One word before its variables are put in. */
export type Word = readonly Part[];

export interface Redirection {
  readonly fd: 0 | 1 | 2;
  readonly how: 'from' | 'to' | 'append' | 'same';
  /** The file; of `same` the other descriptor. */
  readonly target: Word;
}

export interface Simple {
  readonly type: 'simple';
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

export type Command =
  | Simple
  | { readonly type: 'if'; readonly branches: readonly Branch[]; readonly otherwise: Script | undefined }
  | { readonly type: 'loop'; readonly until: boolean; readonly condition: Script; readonly body: Script }
  | { readonly type: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: Script }
  | {
      readonly type: 'group';
      readonly body: Script;
      readonly apart: boolean;
      readonly redirections: readonly Redirection[];
    };

export interface Branch {
  readonly condition: Script;
  readonly body: Script;
}

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

export interface Step {
  /** When it runs, by how the step before ended. */
  readonly when: 'always' | 'success' | 'failure';
  readonly pipeline: Pipeline;
  /** Nobody waits for it. */
  readonly aside: boolean;
}

export type Script = readonly Step[];

/** Text that is no script; the message is what a shell says of it. */
export class SyntaxFault extends Error {}

/** More than a shell here holds; the message is what it says of that. */
export class TooMuch extends Error {}
