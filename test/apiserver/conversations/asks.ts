import type { Json, JsonObject } from '../../../src/base/index.ts';
import type { Ask } from './play.ts';

/** Path of objects of the core group in the conversation's namespace. */
export const core = (rest: string): string => `/api/v1/namespaces/{ns}/${rest}`;
export const apps = (rest: string): string => `/apis/apps/v1/namespaces/{ns}/${rest}`;
export const batch = (rest: string): string => `/apis/batch/v1/namespaces/{ns}/${rest}`;
export const networking = (rest: string): string => `/apis/networking.k8s.io/v1/namespaces/{ns}/${rest}`;

export const get = (path: string, accept?: string): Ask => ({
  method: 'GET',
  path,
  ...(accept && { accept }),
});
export const post = (path: string, body: Json, type?: string): Ask => ({
  method: 'POST',
  path,
  body,
  ...(type && { type }),
});
export const put = (path: string, body: Json): Ask => ({ method: 'PUT', path, body });
export const remove = (path: string, body?: Json): Ask => ({
  method: 'DELETE',
  path,
  ...(body !== undefined && { body }),
});

export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export const patch = (path: string, body: Json, type: keyof typeof patchTypes = 'merge'): Ask => ({
  method: 'PATCH',
  path,
  body,
  type: patchTypes[type],
});

export const object = (apiVersion: string, kind: string, name: string, rest: JsonObject = {}): JsonObject => {
  const { metadata, ...more } = rest;
  return { apiVersion, kind, metadata: { name, ...(metadata as JsonObject | undefined) }, ...more };
};

export const configMap = (name: string, rest: JsonObject = {}): JsonObject =>
  object('v1', 'ConfigMap', name, rest);

export const container: JsonObject = { name: 'c', image: 'nginx' };

export const pod = (name: string, spec: JsonObject = {}, rest: JsonObject = {}): JsonObject =>
  object('v1', 'Pod', name, { spec: { containers: [container], ...spec }, ...rest });

export const template = (
  spec: JsonObject = {},
  metadata: JsonObject = { labels: { a: 'b' } },
): JsonObject => ({
  metadata,
  spec: { containers: [container], ...spec },
});

export const deployment = (name: string, spec: JsonObject = {}): JsonObject =>
  object('apps/v1', 'Deployment', name, {
    spec: { selector: { matchLabels: { a: 'b' } }, template: template(), ...spec },
  });

export const service = (name: string, spec: JsonObject = {}): JsonObject =>
  object('v1', 'Service', name, { spec: { ports: [{ port: 80 }], ...spec } });

export const job = (name: string, spec: JsonObject = {}): JsonObject =>
  object('batch/v1', 'Job', name, { spec: { template: template({ restartPolicy: 'Never' }, {}), ...spec } });

export const cronJob = (name: string, spec: JsonObject = {}, jobSpec: JsonObject = {}): JsonObject =>
  object('batch/v1', 'CronJob', name, {
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: template({ restartPolicy: 'Never' }, {}), ...jobSpec } },
      ...spec,
    },
  });
