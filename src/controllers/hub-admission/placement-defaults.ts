import { objectsAt } from '../../apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

/** Writes into a ClusterResourcePlacement what its writer left out, so that everybody sees by what it is placed. */
export function setPlacementDefaults(placement: JsonObject): void {
  const spec = placement['spec'];
  // What is no placement is refused by its schema.
  if (!isObject(spec)) return;
  setDefaults(spec, { revisionHistoryLimit: 10 });
  const policy = member(spec, 'policy');
  if (policy) setDefaults(policy, { placementType: 'PickAll' });
  for (const constraint of objectsAt(policy, 'topologySpreadConstraints')) {
    setDefaults(constraint, { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' });
  }
  for (const toleration of objectsAt(policy, 'tolerations')) setDefaults(toleration, { operator: 'Equal' });
  const strategy = member(spec, 'strategy');
  if (!strategy) return;
  setDefaults(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    const update = member(strategy, 'rollingUpdate');
    if (update) setDefaults(update, { maxUnavailable: '25%', maxSurge: '25%', unavailablePeriodSeconds: 60 });
  }
  const apply = member(strategy, 'applyStrategy');
  if (!apply) return;
  setDefaults(apply, {
    type: 'ClientSideApply',
    comparisonOption: 'PartialComparison',
    whenToApply: 'Always',
    whenToTakeOver: 'Always',
  });
  if (apply['type'] === 'ServerSideApply') setDefaults(apply, { serverSideApplyConfig: { force: false } });
}

function setDefaults(object: JsonObject, values: Readonly<Record<string, Json>>): void {
  for (const [name, value] of Object.entries(values)) if ((object[name] ?? '') === '') object[name] = value;
}

/** The object at that name, made where there is none; undefined where something else stands. */
function member(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name];
  if (isObject(value)) return value;
  if (value !== undefined && value !== null) return undefined;
  const made: JsonObject = {};
  object[name] = made;
  return made;
}
