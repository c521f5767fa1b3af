import { makeFolder, systemClock, systemRandom } from '../base/index.ts';
import { AuditFile } from './audit-file.ts';
import { type Close, closeAll } from './closing.ts';
import { type Estate, startParts } from './estate.ts';
import { EventLoop } from './event-loop.ts';
import { type KubeAuditSettings, openKubeAudit } from './kube-audit.ts';
import { fileLogger } from './log.ts';
import { openStore } from './open-store.ts';
import type { EstateOptions } from './options.ts';

/** Starts everything in one process; resolves once every part answers. */
export async function startEstate(options: EstateOptions): Promise<Estate> {
  makeFolder(options.home);
  const { log, close: closeLog } = fileLogger(options.files.log);
  const surroundings = { clock: systemClock, random: systemRandom, log };
  const kubeAudit = openKubeAudit(auditOf(options), surroundings);
  for (const warning of kubeAudit.warnings) log.warn(warning);
  const store = await openStore(options, surroundings);
  const eventLoop = new EventLoop(systemClock);
  const audit = new AuditFile({ file: options.files.audit, clock: systemClock, log });
  const closing: Close[] = [
    closeLog,
    () => audit.close(),
    () => kubeAudit.close(),
    () => store.close(),
    () => eventLoop.close(),
  ];
  // What `/readyz` of the server and of every cluster asks; whatever the process depends on adds its check here.
  const readyChecks = [
    { name: 'store-writes', check: () => store.whyWritesFail() },
    { name: 'audit-trail', check: () => audit.whyFailing() },
    eventLoop.check,
  ];
  try {
    // The file of the store is locked for this process.
    return await startParts({
      options,
      store,
      closing,
      audit,
      kubeAudit: kubeAudit.options,
      eventLoop,
      readyChecks,
      ...surroundings,
      alone: options.etcd === undefined,
    });
  } catch (thrown) {
    await closeAll(closing, surroundings);
    throw thrown;
  }
}

/** Files put aside beside the log of the home, when nobody says how many. */
const keptFiles = 10;

/** A policy without a log has one in the home. */
function auditOf({ audit = {}, files }: EstateOptions): KubeAuditSettings {
  const { policyFile, log } = audit;
  if (policyFile === undefined || log) return audit;
  const limits = { maxAgeDays: 0, maxBackups: keptFiles, maxSizeMiB: 0 };
  return { policyFile, log: { path: files.kubeAudit, format: 'json', ...limits } };
}
