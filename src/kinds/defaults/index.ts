import type { TypeDefaults } from './fill.ts';
import { networkDefaults } from './network.ts';
import { otherDefaults } from './others.ts';
import { podDefaults } from './pods.ts';
import { workloadDefaults } from './workloads.ts';

const all: Readonly<Record<string, TypeDefaults>> = {
  ...podDefaults,
  ...workloadDefaults,
  ...networkDefaults,
  ...otherDefaults,
};

/** What a type fills in when its fields are absent, or undefined. `type` is e.g. `core.v1.Probe`. */
export function defaultsOf(type: string): TypeDefaults | undefined {
  return all[type];
}
