export { type Estate, type LocalSignIn, startEstate } from './estate.ts';
export type { EstateFiles, EstateOptions, RunningEstate } from './options.ts';
