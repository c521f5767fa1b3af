import { parameterDescription } from '../../kinds/descriptions.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description: string;
}

/** What may be asked of an operation in its query; options of streams and proxies by the name of their kind. */
export type Question = 'list' | 'get' | 'write' | 'patch' | 'delete' | 'log' | (string & {});

const listing = {
  allowWatchBookmarks: 'boolean',
  continue: 'string',
  fieldSelector: 'string',
  labelSelector: 'string',
  limit: 'integer',
  resourceVersion: 'string',
  resourceVersionMatch: 'string',
  sendInitialEvents: 'boolean',
  timeoutSeconds: 'integer',
  watch: 'boolean',
} as const;
const writing = { dryRun: 'string', fieldManager: 'string', fieldValidation: 'string' } as const;

const questions: Readonly<Record<Question, Readonly<Record<string, Parameter['type']>>>> = {
  list: listing,
  get: { resourceVersion: 'string' },
  write: writing,
  patch: { ...writing, force: 'boolean' },
  delete: {
    dryRun: 'string',
    gracePeriodSeconds: 'integer',
    ignoreStoreReadErrorWithClusterBreakingPotential: 'boolean',
    orphanDependents: 'boolean',
    propagationPolicy: 'string',
  },
  log: {
    container: 'string',
    follow: 'boolean',
    insecureSkipTLSVerifyBackend: 'boolean',
    limitBytes: 'integer',
    previous: 'boolean',
    sinceSeconds: 'integer',
    stream: 'string',
    tailLines: 'integer',
    timestamps: 'boolean',
  },
  PodAttachOptions: {
    container: 'string',
    stderr: 'boolean',
    stdin: 'boolean',
    stdout: 'boolean',
    tty: 'boolean',
  },
  PodExecOptions: {
    command: 'string',
    container: 'string',
    stderr: 'boolean',
    stdin: 'boolean',
    stdout: 'boolean',
    tty: 'boolean',
  },
  PodPortForwardOptions: { ports: 'integer' },
  PodProxyOptions: { path: 'string' },
  ServiceProxyOptions: { path: 'string' },
  NodeProxyOptions: { path: 'string' },
};

/** The parameters of some questions, each once. */
export function queryParameters(asked: readonly Question[], except: readonly string[] = []): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const question of asked) {
    for (const [name, type] of Object.entries(questions[question] ?? {})) {
      if (except.includes(name)) continue;
      found.set(name, {
        name,
        in: 'query',
        type,
        description: parameterDescription(question === 'get' ? 'list' : question, name),
      });
    }
  }
  return [...found.values()];
}

export function pretty(): Parameter {
  return {
    name: 'pretty',
    in: 'query',
    type: 'string',
    description: parameterDescription('list', 'pretty'),
  };
}

/** Those that stand in the path. */
export function pathParameters(path: string, kind: string): Parameter[] {
  const texts: Readonly<Record<string, string>> = {
    name: `name of the ${kind}`,
    namespace: parameterDescription('list', 'namespace'),
    path: parameterDescription('path', 'path'),
  };
  const named = Object.entries(texts).filter(([name]) => path.includes(`{${name}}`));
  return named.map(([name, description]) => ({ name, in: 'path', type: 'string', description }));
}
