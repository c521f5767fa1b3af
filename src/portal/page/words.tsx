/** What the pages say, in one place. */
export const words = {
  product: 'Drydock',
  skip: 'Skip to the content',
  overview: 'Overview',
  resources: 'Resources',
  access: 'Role assignments',
  activity: 'Activity',
  signingIn: 'Going to the sign-in page of this estate',
  signInFailed: 'You are not signed in',
  signInAgain: 'Sign in again',
  otherUser: 'Switch account',
  failed: 'This could not be shown',
  failedHelp: 'Roles decide what you see. Ask whoever may assign roles here, or sign in as somebody else.',
  sameLines: 'The same on the command line',
  tunnelLines: 'Through the tunnel to the hub',
  copy: 'Copy',
  copied: 'Copied',
  filter: 'Filter by name or type',
  palette: 'Go to a page or resource',
  paletteKeys: 'Ctrl K',
  nothingFits: 'Nothing fits.',
  noFleets: 'There is no fleet here, or none that you may see. These lines make the first one.',
  noResources: 'There are no resources here, or none that you may see.',
  noMembers: 'No cluster has joined yet. The line below joins one.',
  noRuns: 'No update run has been made for this fleet.',
  noBastions: 'There is no Bastion host here, or none that you may see.',
  noAssignments: 'No role assignment is visible to you.',
  noActivity: 'Nothing was changed in the last day.',
  noSubscription: 'No role lets you see a subscription.',
} as const;

/** What is read right now; told while a page waits. */
export const reading = (what: string) => `Reading ${what} from Resource Manager`;
