import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { conflict, internalError, methodNotAllowed } from '../../apimachinery/status.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { changeObject } from '../write/change.ts';
import { readObject } from '../write/decode.ts';
import { checkPlace } from '../write/place.ts';

/** `namespaces/finalize`: replaces `spec.finalizers`; the namespace goes when none are left. */
export async function finalizeNamespace(parts: ClusterParts, call: Call): Promise<Answer> {
  if (call.verb !== 'update') throw methodNotAllowed();
  const body = await readObject(call);
  checkPlace(body, call, call.name);
  const version = textOf(readMetadata(body)['resourceVersion']);
  const finalizers = isObject(body['spec']) ? body['spec']['finalizers'] : undefined;
  return changeObject(parts, call, {
    creates: 'never',
    mayRetry: version === '',
    compute: (current) => {
      if (!current) throw internalError('a finalize never creates');
      if (version !== '' && version !== String(current.revision))
        throw conflict(call.resource.subject(call.name));
      const namespace = current.copy(call.resource);
      const spec: JsonObject = { ...(isObject(namespace['spec']) ? namespace['spec'] : {}) };
      if (Array.isArray(finalizers) && finalizers.length > 0) spec['finalizers'] = finalizers;
      else delete spec['finalizers'];
      namespace['spec'] = spec;
      return namespace;
    },
  });
}
