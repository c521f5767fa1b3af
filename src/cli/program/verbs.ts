import { auditOptions } from './audit-flags.ts';
import { homeOption, type Verb } from './declaration.ts';
import { storeOptions } from './etcd-flags.ts';
import { featureOptions } from './feature-switches.ts';
import { limitOptions } from './limits.ts';
import { stateVerbs } from './state-verbs.ts';

/** Every verb of `drydock`, in the order of the help page. */
export const verbs: readonly Verb[] = [
  {
    word: 'quickstart',
    summary: 'from nothing to both walkthroughs done, one line a step',
    options: {
      ...homeOption,
      port: {
        type: 'string',
        value: 'N',
        summary: 'port of the HTTPS listener when the server is not up yet',
      },
    },
    load: () => import('./quickstart.ts'),
  },
  {
    word: 'up',
    summary: 'start the server',
    options: {
      ...homeOption,
      detach: { type: 'boolean', short: 'd', summary: 'return when everything answers; the server goes on' },
      port: { type: 'string', value: 'N', summary: 'port of the one HTTPS listener (default: 8443)' },
      listen: {
        type: 'string',
        value: 'ADDR',
        summary: 'address to listen on, besides the loopback ones',
      },
      'cluster-ports': {
        type: 'string',
        value: 'FIRST-LAST',
        summary:
          'a port of its own for each public cluster, for clients that send no TLS server name; off: none',
      },
      'any-api-version': {
        type: 'boolean',
        summary: 'serve every well-formed api-version, also one that Azure does not have',
      },
      'service-url': {
        type: 'string',
        value: 'SERVICES',
        summary:
          'in every cluster, where Services of webhooks and APIs are: NAMESPACE/NAME[:PORT]=https://HOST:PORT, with commas between',
      },
      ...featureOptions,
      'accept-loss': {
        type: 'boolean',
        summary: 'start over a damaged database with what can be proven of it; the files are set aside first',
      },
      ...limitOptions,
      ...auditOptions,
      ...storeOptions,
    },
    load: () => import('./up.ts'),
  },
  {
    word: 'down',
    summary: 'stop the server of this home',
    options: { ...homeOption },
    load: () => import('./down.ts'),
  },
  {
    word: 'status',
    summary: 'what runs, where, and each cluster with its state',
    options: { ...homeOption, json: { type: 'boolean', summary: 'one JSON object with stable names' } },
    load: () => import('./status.ts'),
  },
  {
    word: 'portal',
    summary: "open the estate's web pages in a browser, or print their address",
    options: { ...homeOption, print: { type: 'boolean', summary: 'print the address and open nothing' } },
    load: () => import('./portal.ts'),
  },
  {
    word: 'reset',
    summary: 'stop the server and delete all state of this home',
    options: {
      ...homeOption,
      yes: { type: 'boolean', short: 'y', summary: 'do not ask' },
      everything: {
        type: 'boolean',
        summary: "delete also what is not Drydock's own there, such as backups",
      },
    },
    load: () => import('./reset.ts'),
  },
  {
    word: 'logs',
    summary: 'print the server log',
    options: {
      ...homeOption,
      follow: { type: 'boolean', short: 'f', summary: 'go on printing as lines arrive' },
      tail: { type: 'string', value: 'N', summary: 'only the last N lines' },
    },
    load: () => import('./logs.ts'),
  },
  {
    word: 'doctor',
    summary: 'check this machine and this home, and say what to do',
    options: { ...homeOption },
    load: () => import('./doctor.ts'),
  },
  {
    word: 'check',
    summary: 'read all of this home, or of a backup, and compare it with its checksums',
    usage: '[FILE]',
    takesWords: true,
    options: { ...homeOption },
    load: () => import('./check.ts'),
  },
  {
    word: 'backup',
    summary: 'copy all that a home needs into one file, while its server runs or not',
    usage: 'FILE',
    takesWords: true,
    options: {
      ...homeOption,
      overwrite: {
        type: 'boolean',
        summary: 'replace a FILE that exists, once the new backup is complete',
      },
    },
    load: () => import('./backup.ts'),
  },
  {
    word: 'restore',
    summary: 'make a new home out of a backup',
    usage: 'FILE --home DIR',
    takesWords: true,
    options: { ...homeOption },
    load: () => import('./restore.ts'),
  },
  ...stateVerbs,
  {
    word: 'env',
    summary: 'print what a shell needs: eval "$(drydock env)"',
    options: {
      ...homeOption,
      az: { type: 'string', value: 'own|system', summary: 'which az: ours (default) or the one on PATH' },
    },
    load: () => import('./env.ts'),
  },
  {
    word: 'exec',
    summary: 'run a command with our az, AZURE_CONFIG_DIR and KUBECONFIG of this home',
    usage: '-- CMD...',
    takesWords: true,
    options: {
      ...homeOption,
      az: { type: 'string', value: 'own|system', summary: 'which az: ours (default) or the one on PATH' },
    },
    load: () => import('./exec.ts'),
  },
  {
    word: 'subscription',
    summary: 'create another subscription: subscription create NAME',
    usage: 'create NAME',
    takesWords: true,
    words: ['create'],
    options: { ...homeOption },
    load: () => import('./subscription.ts'),
  },
  {
    word: 'release',
    summary: 'play Azure: a Kubernetes version or a node image comes out; list: what is offered',
    usage: 'VERSION | list',
    takesWords: true,
    words: ['list'],
    options: { ...homeOption },
    load: () => import('./release.ts'),
  },
  {
    word: 'infra',
    summary: 'play the infrastructure administrator of an Azure Local instance',
    usage: 'create -g RG',
    takesWords: true,
    words: ['create'],
    options: {
      ...homeOption,
      'resource-group': {
        type: 'string',
        short: 'g',
        value: 'RG',
        summary: 'resource group (made when absent)',
      },
      location: { type: 'string', short: 'l', value: 'LOCATION', summary: 'region (default: eastus)' },
      'custom-location': { type: 'string', value: 'NAME', summary: 'name of the custom location' },
      'logical-network': { type: 'string', value: 'NAME', summary: 'name of the logical network' },
    },
    load: () => import('./infra.ts'),
  },
  {
    word: 'kube',
    summary: 'one throw-away Kubernetes API server: kube up --bare',
    usage: 'up --bare',
    takesWords: true,
    words: ['up'],
    options: {
      home: { type: 'string', value: 'DIR', summary: 'folder for DIR/kubeconfig (default: a temporary one)' },
      bare: { type: 'boolean', summary: 'without controllers' },
      port: { type: 'string', value: 'N', summary: 'port (default: a free one)' },
      'service-url': {
        type: 'string',
        value: 'SERVICES',
        summary:
          'where Services of webhooks and APIs are: NAMESPACE/NAME[:PORT]=https://HOST:PORT, with commas between',
      },
      'enable-admission-plugins': {
        type: 'string',
        value: 'NAMES',
        summary: 'admission plug-ins that are on besides the usual ones, with commas between',
      },
      'disable-admission-plugins': {
        type: 'string',
        value: 'NAMES',
        summary: 'usual admission plug-ins that are off (ServiceAccount is, without controllers)',
      },
      ...featureOptions,
      ...auditOptions,
    },
    load: () => import('./kube.ts'),
  },
  {
    word: 'envtest',
    summary: "make a folder with stand-ins for controller-runtime's envtest and print its name",
    usage: '[serve]',
    takesWords: true,
    words: ['serve'],
    options: {
      home: { type: 'string', value: 'DIR', summary: 'where to make it (default: inside the home)' },
      port: {
        type: 'string',
        value: 'N',
        summary: 'serve: environments for tests in any language, on this port (default: a free one)',
      },
    },
    load: () => import('./envtest.ts'),
  },
  {
    word: 'envtest-server',
    summary: 'one stand-in process (started by envtest; not typed by people)',
    hidden: true,
    raw: true,
    load: () => import('./envtest-server.ts'),
  },
  {
    word: 'arc-proxy',
    hidden: true,
    summary: "the proxy of az's connectedk8s extension (started by az; not typed by people)",
    options: {
      ...homeOption,
      config: { type: 'string', short: 'c', value: 'FILE', summary: 'what az wrote down for it' },
      debug: { type: 'boolean', short: 'd', summary: 'accepted for az, not used' },
    },
    load: () => import('./arc-proxy/run.ts'),
  },
  {
    word: 'get-token',
    hidden: true,
    summary: 'exec credential plugin for kubectl (kubeconfigs name it)',
    options: {
      ...homeOption,
      'server-id': { type: 'string', value: 'GUID', summary: 'application id of the API server' },
      'client-id': { type: 'string', value: 'GUID', summary: 'application id of the client' },
      'tenant-id': { type: 'string', value: 'GUID', summary: 'tenant' },
      environment: { type: 'string', value: 'NAME', summary: 'accepted for kubelogin, not used' },
      login: {
        type: 'string',
        value: 'METHOD',
        summary: 'azurecli: the identity signed in to az of this home',
      },
    },
    load: () => import('./get-token.ts'),
  },
  {
    word: 'az',
    summary: 'our az: the same commands, output and refusals',
    usage: 'GROUP COMMAND ...',
    takesWords: true,
    load: () => Promise.reject(new Error('az is dispatched before the verbs')),
  },
  { word: 'version', summary: 'print the version', load: () => import('./version.ts') },
  {
    word: 'completion',
    summary: 'print a completion script: completion bash|zsh|fish',
    usage: 'bash|zsh|fish',
    takesWords: true,
    words: ['bash', 'zsh', 'fish'],
    load: () => import('./completion.ts'),
  },
];
