import type { JsonObject } from '../../src/base/index.ts';
import type { TestServer } from './harness.ts';

const admission = 'admissionregistration.k8s.io/v1';

export const policyPath = `/apis/${admission}/validatingadmissionpolicies`;
export const bindingPath = `/apis/${admission}/validatingadmissionpolicybindings`;
export const configMapPath = '/api/v1/namespaces/default/configmaps';

export const rule = (resources: string[] = ['configmaps'], operations: string[] = ['CREATE', 'UPDATE']) => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations,
  resources,
});

export const policy = (spec: JsonObject, name = 'p'): JsonObject => ({
  apiVersion: admission,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: { matchConstraints: { resourceRules: [rule()] }, ...spec },
});

export const binding = (spec: JsonObject = {}, name = 'b'): JsonObject => ({
  apiVersion: admission,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name },
  spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
});

export const configMap = (name: string, data: JsonObject = {}, labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
});

export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly reason: string;
  readonly warning: string | null;
  readonly body: JsonObject;
}

/** One request with JSON, by the administrator unless a token is given. */
export async function ask(
  test: TestServer,
  request: { method: string; path: string; body?: JsonObject; token?: string; type?: string },
): Promise<Answer> {
  const { method, path, body, token = 'admin-token', type = 'application/json' } = request;
  const answer = await test.fetch(path, {
    method,
    headers: { 'content-type': type, authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  const read = JSON.parse(await answer.text());
  const { message = '', reason = '' } = read;
  return { status: answer.status, message, reason, warning: answer.headers.get('warning'), body: read };
}

export const make = (test: TestServer, path: string, body: JsonObject): Promise<Answer> =>
  ask(test, { method: 'POST', path, body });

/** Makes a policy with a binding, asks, and takes both away again. */
export async function under<T>(
  test: TestServer,
  { spec, bound = {} }: { spec: JsonObject; bound?: JsonObject },
  then: () => Promise<T>,
): Promise<T> {
  for (const [path, object] of [
    [policyPath, policy(spec)],
    [bindingPath, binding(bound)],
  ] as const) {
    const made = await make(test, path, object);
    if (made.status !== 201) throw new Error(made.message);
  }
  try {
    return await then();
  } finally {
    await ask(test, { method: 'DELETE', path: `${bindingPath}/b` });
    await ask(test, { method: 'DELETE', path: `${policyPath}/p` });
  }
}
