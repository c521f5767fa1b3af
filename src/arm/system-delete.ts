import { errorMessage } from '../base/index.ts';
import type { Services } from './services.ts';
import { settleDelete } from './verbs/delete.ts';

/** Deletes on behalf of the estate itself, e.g. when a resource group goes. */
export interface SystemDeletes {
  /**
   * Asks the record's type to delete it. `gone`: nothing is there any more; `running`: a loop works on it, be it on
   * another operation; `refused`: the type says no for now.
   */
  request(id: string): Promise<DeleteProgress>;
}

export type DeleteProgress =
  | { readonly state: 'gone' | 'running' }
  | { readonly state: 'refused'; readonly code: string; readonly message: string };

export function systemDeletes(services: Services): SystemDeletes {
  return {
    async request(id) {
      for (;;) {
        const since = services.records.cache.seen;
        const stored = services.records.cache.get(id)?.record;
        if (!stored) return { state: 'gone' };
        const type = services.registry.ofRecord(stored);
        if (stored.provisioningState === (type?.deleteState ?? 'Deleting')) return { state: 'running' };
        if (!type) {
          await services.records.remove(id);
          return { state: 'gone' };
        }
        if (type.verbs && !type.verbs.includes('delete')) {
          return {
            state: 'refused',
            code: 'MethodNotAllowed',
            message: `'${stored.id}' goes with its parent.`,
          };
        }
        const apiVersion = type.apiVersions[0] ?? '';
        const about = { stored, since, callerObjectId: '', apiVersion };
        let done: Awaited<ReturnType<typeof settleDelete>>;
        try {
          done = await settleDelete(type, services, about);
        } catch (thrown) {
          const code =
            thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'InternalServerError';
          return { state: 'refused', code, message: errorMessage(thrown) };
        }
        if (done) return { state: done.operation ? 'running' : 'gone' };
      }
    },
  };
}
