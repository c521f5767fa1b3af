import { cloneJson } from '../../apimachinery/clone.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { namesNone, writtenVersion } from '../request/resource-version.ts';
import { changeObject } from '../write/change.ts';
import { readObject } from '../write/decode.ts';
import { dedupeOwners } from '../write/owner-references.ts';
import { checkMeant, checkNamed, checkPlace, checkVersion } from '../write/place.ts';

/** `update` of an object or its status: 200, or 201 where an update may create. */
export async function update(parts: ClusterParts, call: Call): Promise<Answer> {
  checkNamed(call);
  const body = await readObject(call);
  dedupeOwners(body, call.warnings);
  const text = textOf(checkPlace(body, call, call.name)['resourceVersion']);
  const { definition } = call.resource;
  const unconditional = namesNone(text);
  return changeObject(parts, call, {
    compute: (current) => {
      checkMeant(call, body, current ? textOf(readMetadata(current.peek(call.resource))['uid']) : '');
      if (current) checkVersion(call, current, writtenVersion(text));
      // The body is used up by the first attempt: only a write without a version has a second one.
      return unconditional ? cloneJson(body) : body;
    },
    creates:
      definition.quirks.createOnUpdate && call.subresource === '' && text === '' ? 'if-missing' : 'never',
    mayRetry: unconditional,
  });
}
