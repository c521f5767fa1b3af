export { findObstacle } from './adoption.ts';
export { removeManagedResourceGuard, startManagedResourceGuard } from './guard.ts';
export { isChange, provideNamespace, unlabel, withdrawNamespace } from './keep.ts';
export { managedKinds, managedLabel } from './objects.ts';
