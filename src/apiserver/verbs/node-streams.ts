import type { FieldError } from '../../apimachinery/contract.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { badRequest, invalid, StatusError } from '../../apimachinery/status.ts';
import { forbidden, invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { Call, Verb } from '../call/call.ts';
import { require } from '../call/find.ts';
import { admitConnection } from './connect.ts';

/** What only a kubelet could answer. */
function needsKubelet(what: string): StatusError {
  return new StatusError(
    501,
    'NotImplemented',
    `${what} needs a kubelet, and the nodes of this cluster are simulated: nothing runs in their pods`,
  );
}

/** `pods/log`: nothing of a pod that has no node yet; 404, 400 and 422 as the real server; else 501. */
export const podLog: Verb = async (parts, call) => {
  checkLogOptions(call);
  const pod = (await require(parts, { ...call, subresource: '' })).peek(call.resource);
  checkContainer(pod, call.name, call.query?.get('container') ?? '');
  if (nodeOf(pod) === '') return { type: 'text', code: 204, text: '' };
  throw needsKubelet('logs');
};

/** `pods/exec` and its relatives: 404, 400 for a pod without a node; else 501. */
export function podStream(what: string): Verb {
  return async (parts, call) => {
    checkNotDry(call);
    const admitted = await admitConnection(parts, call);
    const pod = (await require(parts, { ...call, subresource: '' })).peek(call.resource);
    if (call.subresource !== 'portforward') checkContainer(pod, call.name, textOf(admitted['container']));
    if (nodeOf(pod) === '') throw badRequest(`pod ${call.name} does not have a host assigned`);
    throw needsKubelet(what);
  };
}

/** Proxies to pods, services and nodes: 404, else 501. A name may carry a scheme and a port. */
export const nodeProxy: Verb = async (parts, call) => {
  checkNotDry(call);
  await admitConnection(parts, call);
  const [first = '', second] = call.name.split(':');
  const name = second !== undefined && (first === 'http' || first === 'https') ? second : first;
  await require(parts, { ...call, name, subresource: '' });
  throw needsKubelet('proxy');
};

/** Nothing of a connection can be tried only. Throws 400. */
function checkNotDry({ query }: Call): void {
  if (query?.has('dryRun')) throw badRequest('dryRun is not supported');
}

function nodeOf({ spec }: JsonObject): string {
  return isObject(spec) ? textOf(spec['nodeName']) : '';
}

function checkContainer(pod: JsonObject, name: string, asked: string): void {
  const spec = isObject(pod['spec']) ? pod['spec'] : {};
  const namesIn = (list: string) => {
    const containers = spec[list];
    return Array.isArray(containers) ? containers.filter(isObject).map((each) => textOf(each['name'])) : [];
  };
  const running = namesIn('containers');
  const all = [...namesIn('initContainers'), ...running, ...namesIn('ephemeralContainers')];
  if (asked !== '') {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
  } else if (running.length > 1) {
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
  }
}

function checkLogOptions({ name, query }: Call): void {
  if (!query) return;
  const number = (option: string) => {
    const text = query.get(option);
    if (text === null || text === '') return undefined;
    if (/^[+-]?\d+$/.test(text)) return Number(text);
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  };
  const [tail, limit, since] = [number('tailLines'), number('limitBytes'), number('sinceSeconds')];
  const errors: FieldError[] = [];
  if (tail !== undefined && tail < 0) {
    errors.push(invalidField('tailLines', tail, 'must be greater than or equal to 0'));
  }
  if (limit !== undefined && limit < 1) {
    errors.push(invalidField('limitBytes', limit, 'must be greater than 0'));
  }
  if (since !== undefined && query.has('sinceTime')) {
    errors.push(forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (since !== undefined && since < 1) {
    errors.push(invalidField('sinceSeconds', since, 'must be greater than 0'));
  }
  // Behind a feature gate that is off.
  if (query.has('stream')) errors.push(forbidden('stream', 'may not be specified'));
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, name, errors);
}
