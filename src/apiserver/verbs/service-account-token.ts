import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import {
  badRequest,
  conflict,
  invalid,
  methodNotAllowed,
  notFound,
  StatusError,
} from '../../apimachinery/status.ts';
import { invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { isObject, type Json, type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import type { Call, ClusterParts, Verb } from '../call/call.ts';
import { find, require } from '../call/find.ts';
import { checkNamespace } from '../write/place.ts';
import { type ForeignKind, readForeign } from '../write/read-foreign.ts';
import { admitBody } from '../write/run.ts';

const tokenKind: ForeignKind = {
  group: 'authentication.k8s.io',
  kind: 'TokenRequest',
  apiVersions: ['authentication.k8s.io/v1'],
  type: 'authentication.v1.TokenRequest',
};
const defaultSeconds = 3_600;
const leastSeconds = 600;
/** What kubelets ask for, for the volume that every pod has. */
const warnOnlySeconds = 3_607;
const extendedSeconds = 365 * 24 * 60 * 60;
const mostSeconds = 2 ** 32;

/** `serviceaccounts/token`: a signed token for a service account, perhaps bound to a pod, secret or node. */
export const createToken: Verb = async (parts, call) => {
  if (call.verb !== 'create') throw methodNotAllowed();
  const sent = await readForeign(call, tokenKind);
  const account = await require(parts, { ...call, subresource: '' });
  if (!parts.tokens) {
    throw new StatusError(
      501,
      'NotImplemented',
      'this server was started without a key for service account tokens',
    );
  }
  const uid = textOf(readMetadata(account.peek(call.resource))['uid']);
  const body = await admitBody(parts, call, {
    operation: 'CREATE',
    object: sent,
    check: (request) => checkAsked(call, request, uid),
  });
  const spec = isObject(body['spec']) ? body['spec'] : {};
  const expiresInSeconds = secondsOf(spec['expirationSeconds']);
  const { boundObject, node } = await boundTo(spec['boundObjectRef']);
  const audiences = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
  const { issuer } = parts.tokens;
  // Pods that read their token once go on with it for a year, as in the real server.
  const isExtended =
    boundObject?.kind === 'Pod' &&
    expiresInSeconds === warnOnlySeconds &&
    audiences.every((audience) => audience === issuer);
  const { token, expiresAtMs } = await parts.tokens.issue({
    namespace: call.namespace,
    name: call.name,
    uid,
    audiences,
    expiresInSeconds: isExtended ? extendedSeconds : expiresInSeconds,
    warnsAfterSeconds: isExtended ? expiresInSeconds : undefined,
    boundObject,
    node,
  });
  const value = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: call.name,
      namespace: call.namespace,
      creationTimestamp: rfc3339Seconds(parts.clock.now()),
    },
    spec: {
      audiences: audiences.length > 0 ? audiences : [issuer],
      expirationSeconds: expiresInSeconds,
      boundObjectRef: boundObject ? { ...boundObject, apiVersion: 'v1' } : null,
    },
    status: { token, expirationTimestamp: rfc3339Seconds(expiresAtMs) },
  };
  return { type: 'value', code: 201, value, resource: undefined };

  async function boundTo(reference: Json | undefined) {
    if (!isObject(reference)) return { boundObject: undefined, node: undefined };
    const kind = textOf(reference['kind']);
    const name = textOf(reference['name']);
    const plural = `${kind.toLowerCase()}s`;
    const resource = parts.resources.find('', 'v1', plural);
    const apiVersion = textOf(reference['apiVersion']);
    const isCore = !apiVersion.includes('/') || apiVersion.startsWith('/');
    if (!resource || !isCore || !['Pod', 'Secret', 'Node'].includes(kind)) {
      const shown = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
      throw badRequest(`cannot bind token to object of type ${shown}, Kind=${kind}`);
    }
    const found = await find(parts, { resource, namespace: call.namespace, name });
    if (!found) throw notFound({ group: '', resource: plural, name });
    if (kind === 'Pod' && accountOf(found.peek(resource)) !== call.name) {
      throw badRequest(
        `cannot bind token for serviceaccount ${JSON.stringify(call.name)} to pod running with different serviceaccount name.`,
      );
    }
    const actual = textOf(readMetadata(found.peek(resource))['uid']);
    const wanted = textOf(reference['uid']);
    if (wanted !== '' && wanted !== actual) {
      const why = `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`;
      throw conflict({ group: '', resource: kind, name }, why);
    }
    const node = kind === 'Pod' ? await nodeOf(parts, found.peek(resource)) : undefined;
    return { boundObject: { kind, name, uid: actual }, node };
  }
};

/** Where a pod runs; undefined: nowhere yet. */
async function nodeOf(parts: ClusterParts, { spec }: JsonObject) {
  const name = isObject(spec) ? textOf(spec['nodeName']) : '';
  const resource = parts.resources.find('', 'v1', 'nodes');
  if (name === '' || !resource) return undefined;
  const found = await find(parts, { resource, namespace: '', name });
  return { name, ...(found && { uid: textOf(readMetadata(found.peek(resource))['uid']) }) };
}

/** What the body says of the account is what the path says. Throws 400, 422 and 409. */
function checkAsked(call: Call, body: JsonObject, uid: string): void {
  checkNamespace(body, call);
  const { name } = call;
  const asked = readMetadata(body);
  const own = textOf(asked['name']);
  if (own !== '' && own !== name) {
    const detail = 'must match the service account name if specified';
    throw invalid(tokenKind, name, [invalidField('metadata.name', own, detail)]);
  }
  const wanted = textOf(asked['uid']);
  if (wanted === '' || wanted === uid) return;
  const why = `the UID in the token request (${wanted}) does not match the UID of the service account (${uid})`;
  throw conflict({ group: tokenKind.group, resource: tokenKind.kind, name }, why);
}

function accountOf({ spec }: JsonObject): string {
  return isObject(spec) ? textOf(spec['serviceAccountName']) : '';
}

function secondsOf(value: Json | undefined): number {
  if (typeof value !== 'number') return defaultSeconds;
  if (value >= leastSeconds && value <= mostSeconds) return value;
  const message =
    value < leastSeconds
      ? `Invalid value: ${value}: may not specify a duration less than 10 minutes`
      : `Invalid value: ${value}: may not specify a duration larger than 2^32 seconds`;
  throw invalid(tokenKind, '', [{ reason: 'FieldValueInvalid', field: 'spec.expirationSeconds', message }]);
}
