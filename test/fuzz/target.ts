import { StatusError } from '../../src/apimachinery/status.ts';
import { CodedError, type Random } from '../../src/base/index.ts';

/** How inputs of one form are changed, made smaller and shown. */
export interface Form<T> {
  /** Another input near this one; `others` lends pieces. */
  mutate(random: Random, input: T, others: readonly T[]): T;
  /** Smaller inputs, those that take most away first. */
  shrink(input: T): Iterable<T>;
  /** The input with one piece of it repeated so often, for the question what growing costs. */
  pump(random: Random, input: T): (times: number) => T;
  /** As it is printed with a finding. */
  show(input: T): string;
}

/** One decoder, and what has to hold for whatever it is given. */
export interface Target<T> {
  /** The domain's own word; `--only` takes it. */
  readonly name: string;
  readonly form: Form<T>;
  /** Valid inputs and some that are nearly valid. */
  corpus(): readonly T[] | Promise<readonly T[]>;
  /** An input by the decoder's grammar. */
  readonly generate?: (random: Random) => T;
  /** What the decoder may throw. Without it: the errors of this project that are no fault of its own. */
  readonly refuses?: (thrown: unknown) => boolean;
  /** Reads the input and asserts what holds. Whatever it throws beyond refusals is a finding. */
  run(input: T): unknown;
  /** Nothing is counted while inputs grow: the work lies in another process, or is bounded otherwise. */
  readonly uncounted?: boolean;
  /** How many inputs `npm test` tries; few where one is dear. */
  readonly shortInputs?: number;
  readonly close?: () => Promise<void>;
}

/** The errors with which this project's rooms refuse input. */
export function isRefusal(thrown: unknown): boolean {
  if (thrown instanceof StatusError) return thrown.code !== 500;
  return thrown instanceof CodedError && thrown.code !== 'internal';
}

/** An input that showed a fault. */
export interface Finding {
  readonly target: string;
  /** Which input since the beginning, counted from 0. */
  readonly at: number;
  readonly thrown: unknown;
  /** Shrunk, as its form shows it. */
  readonly input: string;
}
