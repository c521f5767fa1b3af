/** What the command line needs to verify a home without starting its server. */
export { inspectDatabase, StoreDamaged, StoreLocked } from '../store/index.ts';
