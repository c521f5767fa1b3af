import { AzError } from '../../errors.ts';

/** What a command line says of the autoscaler of a pool. */
export interface AutoscalerCounts {
  readonly isOn: boolean;
  readonly minCount: number | undefined;
  readonly maxCount: number | undefined;
  readonly mode: string | undefined;
  /** Of a pool that is made: it begins within the bounds. */
  readonly nodeCount?: number;
}

/** Refuses bounds that cannot be, as az does before it asks anybody; `options` are those that would ask for them. */
export function demandAutoscalerCounts(given: AutoscalerCounts, options: string): void {
  const { isOn, minCount, maxCount, mode, nodeCount } = given;
  if (!isOn) {
    if (minCount === undefined && maxCount === undefined) return;
    throw new AzError(`min-count and max-count are required for ${options}, please use the flag`);
  }
  if (minCount === undefined || maxCount === undefined) {
    throw new AzError('Please specify both min-count and max-count when --enable-cluster-autoscaler enabled');
  }
  if (minCount > maxCount) {
    throw new AzError('Value of min-count should be less than or equal to value of max-count');
  }
  if (nodeCount !== undefined && (nodeCount < minCount || nodeCount > maxCount)) {
    throw new AzError('node-count is not in the range of min-count and max-count');
  }
  if (mode === 'System' && minCount < 1) {
    throw new AzError('Value of min-count should be greater than or equal to 1 for System node pools');
  }
}
