import type { AuditTrail, Logger } from '../base/index.ts';
import type { IdentityOptions, IdentityOrigins } from './contract.ts';
import type { DirectoryContext } from './directory/context.ts';
import type { TenantDirectory } from './directory/directory.ts';
import type { TokenAnswers } from './tokens/answers.ts';
import type { Audiences } from './tokens/audiences.ts';
import type { KeyRing } from './tokens/key-ring.ts';
import type { TenantTokens } from './tokens/tokens.ts';

/** What the two HTTP surfaces are built on. */
export interface Surface extends DirectoryContext {
  readonly directory: TenantDirectory;
  readonly keys: KeyRing;
  readonly audiences: Audiences;
  readonly answers: TokenAnswers;
  readonly tokens: TenantTokens;
  readonly log: Logger;
  readonly audit: AuditTrail;
  readonly onBatched: NonNullable<IdentityOptions['onBatched']>;
  readonly origins: () => IdentityOrigins;
}
