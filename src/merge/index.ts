/** Patches and field ownership: how a change to an object is worked out and who owns the result. */
export { type FieldSet, setOfPaths } from './field-set.ts';
export { applyJsonPatch, jsonPatchOperationsLimit } from './json-patch.ts';
export { layOver, NotApplied } from './lay-over.ts';
export { managedFieldsProblem, updateManagersLimit } from './managed-fields.ts';
export { applyMergePatch } from './merge-patch.ts';
export { type PatchCause, PatchError } from './patch-error.ts';
export { resetFieldsOf } from './reset-fields.ts';
export {
  type ApplyRequest,
  type ApplyResult,
  checkConfiguration,
  serverSideApply,
} from './server-side-apply.ts';
export { applyStrategicMergePatch } from './strategic-merge.ts';
export { type ThreeWay, threeWayMergePatch, threeWayStrategicPatch } from './three-way.ts';
export { trackUpdate, type UpdateToTrack, type VersionView } from './track-update.ts';
export { GoValue, goPlain, goType } from './typed-check.ts';
