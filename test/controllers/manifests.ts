import type { KubeObject } from '../../src/apimachinery/client.ts';
import type { PodTemplate } from '../../src/controllers/kinds/core.ts';

/** A pod template with one container. */
export function template(app: string, spec: Partial<PodTemplate['spec']> = {}): PodTemplate {
  const container = { name: 'main', image: 'nginx', ports: [{ name: 'http', containerPort: 8080 }] };
  return { metadata: { labels: { app } }, spec: { containers: [container], ...spec } };
}

/** An object of a workload kind that selects the pods of its own template. */
export function workload(
  apiVersion: string,
  kind: string,
  { name, namespace = 'default', ...spec }: { name: string; namespace?: string } & Record<string, unknown>,
): KubeObject {
  const selected = kind === 'Job' || kind === 'CronJob' ? {} : { selector: { matchLabels: { app: name } } };
  // Assigned, because a spec is only known to be JSON here.
  return Object.assign(
    { apiVersion, kind, metadata: { name, namespace } },
    { spec: { ...selected, ...(kind === 'CronJob' ? {} : { template: template(name) }), ...spec } },
  );
}
