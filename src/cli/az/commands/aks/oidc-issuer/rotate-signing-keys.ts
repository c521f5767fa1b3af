import { defineCommand } from '../../../declaration.ts';
import { noWait } from '../../../declare/flags.ts';
import { cluster } from '../noun.ts';
import { postAction } from '../power.ts';

/** `az aks oidc-issuer rotate-signing-keys`. */
export const command = defineCommand({
  words: 'aks oidc-issuer rotate-signing-keys',
  summary: 'Rotate oidc issuer service account signing keys.',
  detail: 'Tokens of service accounts that the old key signed are of no use any more.',
  flags: { ...cluster.names, noWait: noWait() },
  confirmation:
    'Be careful that rotate oidc issuer signing keys twice within short period will invalidate service accounts token immediately. Please refer to doc for details.\nAre you sure you want to perform this operation?',
  run: (call) => postAction('rotateServiceAccountSigningKeys', call),
});
