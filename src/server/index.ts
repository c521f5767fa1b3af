export { type Estate, type LocalSignIn, startEstate } from './estate.ts';
export { type EstateFiles, type EstateOptions, HomeInUse, type RunningEstate } from './options.ts';
