import { conditionsWith } from '../../apimachinery/conditions.ts';
import { metadataOf, readMetadata, textOf } from '../../apimachinery/metadata.ts';
import {
  badRequest,
  conflict,
  internalError,
  methodNotAllowed,
  StatusError,
} from '../../apimachinery/status.ts';
import { aggregated, goQuote } from '../../apimachinery/validation/go-text.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { changeObject } from '../write/change.ts';
import { checkNamespace } from '../write/place.ts';
import { type ForeignKind, readForeign } from '../write/read-foreign.ts';
import { admitBody } from '../write/run.ts';

const bindingKind: ForeignKind = { group: '', kind: 'Binding', apiVersions: ['v1'], type: 'core.v1.Binding' };

const success: Answer = {
  type: 'value',
  code: 201,
  value: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  resource: undefined,
};

/** `pods/binding` and `bindings`: gives a pod its node. */
export async function bind(parts: ClusterParts, call: Call): Promise<Answer> {
  if (call.verb !== 'create') throw methodNotAllowed();
  const sent = await readForeign(call, bindingKind);
  checkNamespace(sent, call);
  const body = await admitBody(parts, call, {
    operation: 'CREATE',
    object: sent,
    check(binding) {
      if (call.name === '' || textOf(readMetadata(binding)['name']) === call.name) return;
      throw badRequest('name in URL does not match name in Binding object');
    },
  });
  const name = textOf(readMetadata(body)['name']);
  const node = targetOf(body);
  const pods = parts.resources.find('', 'v1', 'pods');
  if (!pods) throw internalError('pods are not served');
  await changeObject(
    parts,
    { ...call, resource: pods, subresource: 'binding', name },
    {
      creates: 'never',
      mayRetry: true,
      // Nobody owns what a binding sets.
      tracked: true,
      admitted: true,
      compute: (current) =>
        bound(parts, { current, node, name, annotations: readMetadata(body)['annotations'] }, pods),
    },
  );
  return success;
}

/** The node that a binding names. Throws 500 as the real server does. */
function targetOf({ target }: JsonObject): string {
  const { kind, name } = isObject(target) ? target : {};
  const problems: string[] = [];
  const [word, node] = [textOf(kind), textOf(name)];
  if (word !== '' && word !== 'Node' && word !== 'Minion') {
    problems.push(`target.kind: Unsupported value: ${goQuote(word)}: supported values: "Node", "<empty>"`);
  }
  if (node === '') problems.push('target.name: Required value');
  if (problems.length === 0) return node;
  throw new StatusError(500, '', aggregated(problems));
}

function bound(
  parts: ClusterParts,
  binding: { current: StoredObject | undefined; node: string; name: string; annotations: unknown },
  pods: Call['resource'],
): JsonObject {
  const { current, node, name } = binding;
  if (!current) throw internalError('a binding never creates');
  const pod = current.copy(pods);
  const spec = isObject(pod['spec']) ? pod['spec'] : {};
  const subject = { group: '', resource: 'pods/binding', name };
  if (metadataOf(pod)['deletionTimestamp'] !== undefined) {
    throw conflict(subject, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (textOf(spec['nodeName']) !== '') {
    throw conflict(subject, `pod ${name} is already assigned to node ${JSON.stringify(spec['nodeName'])}`);
  }
  pod['spec'] = { ...spec, nodeName: node };
  if (isObject(binding.annotations)) {
    const own = metadataOf(pod)['annotations'];
    metadataOf(pod)['annotations'] = { ...(isObject(own) ? own : {}), ...binding.annotations };
  }
  const status = isObject(pod['status']) ? pod['status'] : {};
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null } as const;
  pod['status'] = {
    ...status,
    conditions: conditionsWith(status, scheduled, parts.clock.now()),
  };
  return pod;
}
