export { resourceGroups } from './resource-groups/type.ts';
