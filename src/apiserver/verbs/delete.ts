import { splitApiVersion, textOf } from '../../apimachinery/metadata.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { objectNode } from '../../kinds/index.ts';
import { goTypeWord } from '../../merge/patch-error.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { checkName } from '../call/find.ts';
import { withDeleteBody } from '../request/options.ts';
import { UnreadableBody } from '../request/unreadable-body.ts';
import { checkFields } from '../write/check-fields.ts';
import { typeMeta, versionUnknown } from '../write/read-body.ts';
import { removeObject } from '../write/removal.ts';

/** `delete`: the Status of a finished delete, or the object when something still holds it. */
export async function remove(parts: ClusterParts, call: Call): Promise<Answer> {
  const deletion = await withDeletionOptions(call);
  warnOfOrphans(deletion);
  checkName(call.name);
  return removeObject(parts, deletion);
}

/** Throws 500 as the real server does for what its decoder of delete options does not take. */
function checkDeleteOptions(body: JsonObject, { body: { findings } }: Call): void {
  const kind = textOf(body['kind']);
  if (kind !== '' && kind !== 'DeleteOptions') {
    const [, version] = splitApiVersion(textOf(body['apiVersion']));
    const scheme = 'in scheme "pkg/runtime/scheme.go:110"';
    throw new StatusError(500, '', `no kind "${kind}" is registered for version "${version}" ${scheme}`);
  }
  const { mistyped } = checkFields(body, objectNode('meta.v1.DeleteOptions'), findings.numbers);
  if (mistyped !== undefined) throw new StatusError(500, '', mistyped);
}

/** What is no DeleteOptions is a 500, as the real server answers. */
async function readDeleteOptions({ body }: Call): Promise<JsonObject> {
  try {
    const value = await body.read();
    if (isObject(value)) return value;
    const why = `json: cannot unmarshal ${goTypeWord(value)} into Go value of type ${typeMeta}`;
    throw new StatusError(500, '', `${versionUnknown}: ${why}`);
  } catch (thrown) {
    if (!(thrown instanceof UnreadableBody)) throw thrown;
    throw new StatusError(500, '', `${versionUnknown}: ${thrown.why}`);
  }
}

/** The call with the options that its body adds. */
export async function withDeletionOptions(call: Call): Promise<Call> {
  if (call.body.empty) return call;
  const body = await readDeleteOptions(call);
  checkDeleteOptions(body, call);
  return { ...call, options: withDeleteBody(call.options, body) };
}

/** What a caller hears who leaves that open, whether there is such an object or not. */
export function warnOfOrphans({ resource, options, warnings }: Call): void {
  const { propagationPolicy, orphanDependents } = options.deletion;
  const { orphansWarning } = resource.definition.deletion;
  if (orphansWarning === undefined || propagationPolicy !== undefined) return;
  if (orphanDependents === undefined) warnings.push(orphansWarning);
}
