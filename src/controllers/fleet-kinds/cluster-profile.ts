import type { FleetKind } from './definition.ts';
import { clusterManagerIsImmutable } from './rules.ts';
import { boolean, bytes, dateTime, list, object, raw, ruled, type Schema, string, text } from './schema.ts';
import { condition } from './shapes.ts';

const accessProvider: Schema = object({
  cluster: object({
    'certificate-authority': string,
    'certificate-authority-data': bytes,
    'disable-compression': boolean,
    extensions: list(object({ 'extension*': raw, 'name*': string })),
    'insecure-skip-tls-verify': boolean,
    'proxy-url': string,
    'server*': string,
    'tls-server-name': string,
  }),
  'name*': string,
});

/** SIG-Multicluster's inventory of clusters; its one version is v1alpha1. */
export const clusterProfile: FleetKind = {
  group: 'multicluster.x-k8s.io',
  kind: 'ClusterProfile',
  plural: 'clusterprofiles',
  scope: 'Namespaced',
  versions: ['v1alpha1'],
  status: 'subresource',
  description: 'A cluster in an inventory, with its health, version, properties and ways to reach it.',
  fields: () => ({
    'spec*': object({
      'clusterManager*': ruled(object({ 'name*': string }), clusterManagerIsImmutable),
      displayName: string,
    }),
    status: object({
      accessProviders: list(accessProvider),
      conditions: list(condition),
      credentialProviders: list(accessProvider),
      properties: list(
        object({
          lastObservedTime: dateTime,
          'name*': text({ minLength: 1, maxLength: 253 }),
          'value*': text({ minLength: 1, maxLength: 1024 }),
        }),
      ),
      version: object({ kubernetes: string }),
    }),
  }),
};
