export { FlowControl } from './flow-control.ts';
export type { Entry, FlowGate } from './gate.ts';
export { InFlightGate, type InFlightLimit } from './in-flight-limit.ts';
export { ConfigurationKeeper } from './keeper.ts';
