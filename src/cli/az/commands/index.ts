// Written by write-index.ts. Do not edit.
import type { Command, Flags, IndexEntry } from '../declaration.ts';

interface CommandModule {
  readonly command: Command<Flags>;
}

function entry(words: string, summary: string, load: () => Promise<CommandModule>): IndexEntry {
  return { words, summary, load: async () => (await load()).command };
}

/** Every command, in order of its words. */
// biome-ignore format: one command a line
export const commandIndex: readonly IndexEntry[] = [
  entry("account clear", "Forget all accounts and their subscriptions. To sign out of the active account only, use 'az logout'.", () => import('./account/clear.ts')),
  entry("account get-access-token", "Get a token for other programs to use.", () => import('./account/get-access-token.ts')),
  entry("account list", "List subscriptions of the signed-in accounts; only 'Enabled' ones unless --all is given.", () => import('./account/list.ts')),
  entry("account list-locations", "List supported regions of the subscription.", () => import('./account/list-locations.ts')),
  entry("account set", "Make a subscription the active one.", () => import('./account/set.ts')),
  entry("account show", "Show a subscription.", () => import('./account/show.ts')),
  entry("cloud list", "List clouds: the estate is the only one.", () => import('./cloud/list.ts')),
  entry("cloud set", "Set the active cloud: only the estate can be.", () => import('./cloud/set.ts')),
  entry("cloud show", "Show the endpoints of the cloud.", () => import('./cloud/show.ts')),
  entry("config get", "Get one setting, the settings of a section, or all.", () => import('./config/get.ts')),
  entry("config set", "Set settings.", () => import('./config/set.ts')),
  entry("config unset", "Remove settings.", () => import('./config/unset.ts')),
  entry("configure", "Set or list defaults of common options.", () => import('./configure.ts')),
  entry("group create", "Create a new resource group.", () => import('./group/create.ts')),
  entry("group delete", "Delete a resource group and everything in it.", () => import('./group/delete.ts')),
  entry("group exists", "Check if a resource group exists.", () => import('./group/exists.ts')),
  entry("group list", "List resource groups.", () => import('./group/list.ts')),
  entry("group show", "Get a resource group.", () => import('./group/show.ts')),
  entry("group update", "Update a resource group.", () => import('./group/update.ts')),
  entry("group wait", "Wait until a condition of the resource group is met.", () => import('./group/wait.ts')),
  entry("login", "Sign in.", () => import('./login.ts')),
  entry("logout", "Sign out: forget an account, its subscriptions and its tokens.", () => import('./logout.ts')),
  entry("rest", "Send any request to a service of the estate.", () => import('./rest.ts')),
  entry("version", "Show the version of azure-cli that these commands follow.", () => import('./version.ts')),
];
