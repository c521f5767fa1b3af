import type { TableTransformer } from '../declaration.ts';
import { rows } from '../shape/rows.ts';

/** Columns of applications and service principals. */
export const applicationTable: TableTransformer = rows((one) => ({
  DisplayName: one['displayName'],
  Id: one['id'],
  AppId: one['appId'],
  CreatedDateTime: one['createdDateTime'],
}));
