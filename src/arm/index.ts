export type { AbsentNamespace } from './absent-namespace.ts';
export { accessTypes } from './access/access.ts';
export type { PermissionBlock } from './access/patterns.ts';
export { builtInRoleId, builtInRoles, permissionBlocks, type RoleDefinition } from './access/roles.ts';
export type { ActionRun } from './action-results.ts';
export type {
  ActionCall,
  ArmRoute,
  BodyReference,
  Caller,
  CallerDirectory,
  Inventory,
  ListCall,
  NameRule,
  OperationError,
  OperationOutcome,
  PresentContext,
  RecordReader,
  RecordStore,
  RelatedWrite,
  ResourceAction,
  ResourceDraft,
  ResourceManagerOptions,
  ResourceRecord,
  ResourceType,
  ResourceWrite,
  RouteAnswer,
  RouteCall,
  SystemData,
  TypeContext,
} from './contract.ts';
export { ArmError, type ArmErrorDetail, refusals, toArmError } from './errors.ts';
export type { FilterArgument } from './filter.ts';
export { compileFilter, type FilterNode, parseFilter } from './filter.ts';
export {
  groupIdOf,
  groupNameOf,
  isGuid,
  isWithin,
  parentId,
  parseId,
  type ResourcePath,
  resourceId,
  sameId,
  subscriptionOf,
} from './ids.ts';
export { lockType } from './locks.ts';
export { createResourceManager, type ResourceManager } from './manager.ts';
export type {
  AccessControl,
  InternalAnswer,
  InternalRequest,
  ResourceCalls,
  SubscriptionInfo,
  Subscriptions,
} from './offers.ts';
export { keysOfOneCourse } from './records/keys.ts';
export { isOffered, normalLocation, type Region, regionDisplayNames, regions } from './regions.ts';
export { resourceManagerVersions } from './resource-versions.ts';
export type { DeleteProgress, SystemDeletes } from './system-delete.ts';
export { firstEtag, isFinalState, madeByEstate, newEtag } from './values.ts';
export { isAtLeastVersion } from './versions.ts';
