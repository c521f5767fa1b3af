/** What every request tells about the command that sends it. */
export interface CallHeaders {
  /** e.g. `group create`. */
  readonly command: string;
  /** Names of the options used, e.g. `-n -l --tags`. */
  readonly parameters: string;
}

export const userAgent = 'drydock-az/0.1.0 AZURECLI/2.91.0';

/** The headers of a request, with a fresh request id. */
export function requestHeaders(headers: CallHeaders, requestId: string): Record<string, string> {
  return {
    'user-agent': userAgent,
    commandname: headers.command,
    ...(headers.parameters ? { parametersetname: headers.parameters } : {}),
    'x-ms-client-request-id': requestId,
  };
}
