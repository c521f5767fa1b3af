export { findObstacle } from './adoption.ts';
export { isGuarded, leaveToUsers, startManagedResourceGuard } from './guard.ts';
export { isChange, provideNamespace, unlabel, withdrawNamespace } from './keep.ts';
export { managedKinds, managedLabel, withoutManagedLabel } from './objects.ts';
