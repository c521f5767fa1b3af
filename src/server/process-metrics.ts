import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/** What is measured of this process (`process_*`, `nodejs_*`), in the text format of Prometheus. Costs nothing before it is asked for. */
export function processMetrics(): Promise<string> {
  if (!registry) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry.metrics();
}
