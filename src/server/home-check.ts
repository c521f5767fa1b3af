/** What the command line needs of a home without starting its server. */
export { copyDatabase, type Inspection, inspectDatabase, StoreDamaged, StoreLocked } from '../store/index.ts';
export { type AcceptedLoss, acceptLoss } from './keeping/accept-loss.ts';
export { type BackupAbout, makeBackup, proveBackup } from './keeping/backup.ts';
export { forkBackup } from './keeping/fork.ts';
export { restoreBackup } from './keeping/restore.ts';
export { demandSameEstate, rewindTo } from './keeping/rewind.ts';
export {
  createSnapshot,
  deleteSnapshot,
  describeSnapshot,
  exportSnapshot,
  freeSnapshotName,
  importSnapshot,
  listSnapshots,
  type Snapshot,
  snapshotFile,
} from './keeping/snapshots.ts';
export { finishStaged, removeAbandoned, workFolder } from './keeping/staged.ts';
export { checkAuthority } from './secrets.ts';
