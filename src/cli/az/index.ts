/** The az-compatible commands. */
export { type AzContext, type Output, processContext } from './context.ts';
export { kubeconfigText, readKubeconfig } from './kubeconfig/merge.ts';
export { type SignedInProfile, writeSignedInProfile } from './profile/signed-in.ts';
export { completeAz, runAz } from './run.ts';
