export type { Estate, LocalSignIn } from './estate.ts';
export { type EstateFiles, type EstateOptions, HomeInUse, type RunningEstate } from './options.ts';
export { startEstate } from './start.ts';
