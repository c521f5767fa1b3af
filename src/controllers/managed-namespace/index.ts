export { managedLabel } from '../kinds/fleet-names.ts';
export { findObstacle } from './adoption.ts';
export { isGuarded, leaveToUsers, startManagedResourceGuard } from './guard.ts';
export { isChange, provideNamespace, unlabel, withdrawNamespace } from './keep.ts';
export { managedKinds } from './objects.ts';
