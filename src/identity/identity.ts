import { errorMessage, recurring, silentAudit } from '../base/index.ts';
import type { Handler } from '../http/contract.ts';
import type { Guard } from '../store/contract.ts';
import type { FirstStart, Identity, IdentityOptions } from './contract.ts';
import { TenantDirectory } from './directory/directory.ts';
import { ensureTenant } from './directory/first-start.ts';
import { Objects } from './directory/objects.ts';
import { lifetimes } from './limits.ts';
import { openTables } from './records/database.ts';
import type { SignIn } from './records/records.ts';
import { SecretHasher } from './secrets.ts';
import { TokenAnswers } from './tokens/answers.ts';
import { Audiences } from './tokens/audiences.ts';
import { Issuer } from './tokens/issuer.ts';
import { KeyRing } from './tokens/key-ring.ts';
import { TenantTokens } from './tokens/tokens.ts';
import { Verifier } from './tokens/verifier.ts';

/** Builds the room on a store. Call `initialize` before anything else. */
export function createIdentity(options: IdentityOptions): Identity {
  const { store, clock, random, log, origins, audit = silentAudit, onBatched = () => {} } = options;
  const db = openTables(store, clock);
  const objects = new Objects(db);
  const context = { db, objects, clock, random, hasher: new SecretHasher(random) };
  const directory = new TenantDirectory(context);
  const keys = new KeyRing(db, clock, log);
  const audiences = new Audiences(origins, objects);
  const issuer = new Issuer({ clock, random, objects, keys });
  const verifier = new Verifier({ clock, objects, audiences, keys });
  const answers = new TokenAnswers({ clock, random, objects, db, issuer, origins });
  const tokens = new TenantTokens({ objects, audiences, issuer, verifier, answers, now: () => clock.now() });
  const told = { log, audit, onBatched };
  const surface = { ...context, directory, keys, audiences, answers, tokens, ...told, origins };

  const sweep = async (fence?: () => Guard) => {
    const isDead = ({ signIn }: { readonly signIn: SignIn }) => !objects.countsSignIn(signIn);
    await db.deviceCodes.sweep(undefined, fence);
    for (const table of [db.authorizationCodes, db.sessions, db.refreshTokens])
      await table.sweep(isDead, fence);
  };

  return {
    loginHandler: onFirstUse(async () => (await import('./login/handler.ts')).createLoginHandler(surface)),
    graphHandler: onFirstUse(async () => (await import('./graph/handler.ts')).createGraphHandler(surface)),
    directory,
    tokens,
    keys,
    async initialize(): Promise<FirstStart | undefined> {
      await db.mirror.open();
      keys.start();
      return ensureTenant(context, options.tenant);
    },
    startLoops(fence) {
      const often = { clock, firstMs: lifetimes.sweepMs, everyMs: lifetimes.sweepMs };
      const loops = [
        keys.lookAfter(fence),
        recurring({
          ...often,
          run: () => sweep(fence),
          onFailure: (thrown, retryInMs) =>
            log.warn('expired sign-ins could not be removed', { error: errorMessage(thrown), retryInMs }),
        }),
      ];
      return {
        async stop() {
          await Promise.all(loops.map((loop) => loop.stop()));
        },
      };
    },
    async close(): Promise<void> {
      await keys.close();
      await db.mirror.close();
    },
  };
}

/** Loads a surface when its first request comes: both are large, and a start should wait for neither. */
function onFirstUse(load: () => Promise<Handler>): Handler {
  let loading: Promise<Handler> | undefined;
  let loaded: Handler | undefined;
  return async (request) => {
    loading ??= load();
    loaded ??= await loading;
    return loaded(request);
  };
}
