import type { Clock, Random } from '../../base/index.ts';
import type { Database } from '../records/database.ts';
import type { SecretHasher } from '../secrets.ts';
import type { Objects } from './objects.ts';

/** What the parts of the directory share. */
export interface DirectoryContext {
  readonly db: Database;
  readonly objects: Objects;
  readonly hasher: SecretHasher;
  readonly clock: Clock;
  readonly random: Random;
}
