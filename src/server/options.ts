import { CodedError } from '../base/index.ts';

/** Another process has the home open. */
export class HomeInUse extends CodedError {
  constructor(home: string, detail: unknown) {
    super(
      'unavailable',
      `the home ${home} is in use by another process. Stop that one first, or use another --home.`,
      detail,
    );
    this.name = 'HomeInUse';
  }
}

/** Where the estate keeps what is not in its store; absolute paths. */
export interface EstateFiles {
  readonly database: string;
  readonly authority: string;
  readonly authorityKey: string;
  readonly controlToken: string;
  readonly administratorPassword: string;
  readonly running: string;
  readonly settings: string;
  readonly log: string;
  readonly audit: string;
}

export interface EstateOptions {
  readonly home: string;
  readonly files: EstateFiles;
  /** 0: any free port. */
  readonly port: number;
  /** Address to listen on besides the loopback ones. */
  readonly listen?: string;
  /** True: Resource Manager serves every well-formed api-version, also one that Azure does not have. */
  readonly anyApiVersion?: boolean;
  /** Path of the program, for kubeconfigs that call it. */
  readonly launcher: string;
  readonly version: string;
}

/** What a running estate tells about itself; also the content of `running.json`. */
export interface RunningEstate {
  readonly pid: number;
  /** Tells this process from a later one with the same number. */
  readonly process: string;
  readonly port: number;
  readonly version: string;
  readonly resourceManager: string;
  readonly login: string;
  readonly graph: string;
}
