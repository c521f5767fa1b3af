import type { Random } from '../base/index.ts';
import { type HttpRequest, type HttpResponse, jsonResponse } from '../http/index.ts';

const kubernetesPath = /^\/(?:apis?|version|openapi)(?:\/|$)/;

/** Whether a request is one of Kubernetes; Resource Manager's all carry an api-version. */
export function looksLikeKubernetes(request: Pick<HttpRequest, 'path' | 'query'>): boolean {
  // The query is parsed when it is asked for.
  return kubernetesPath.test(request.path) && !request.query.has('api-version');
}

function kubernetesStatus(
  failure: { readonly code: number; readonly reason: string; readonly message: string },
  headers: Record<string, string> = {},
): HttpResponse {
  const { code, reason, message } = failure;
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return jsonResponse(code, status, { 'content-type': 'application/json', ...headers });
}

/** Too many requests at once, in the envelope of whoever was asked. */
export function tooManyRequests(of: 'kubernetes' | 'azure', random: Random): HttpResponse {
  const retry = { 'retry-after': '1' };
  if (of === 'kubernetes') {
    const message = 'Too many requests, please try again later.';
    return kubernetesStatus({ code: 429, reason: 'TooManyRequests', message }, retry);
  }
  const id = random.uuid();
  const message =
    'The request is being throttled: too many requests at the same time. Try again in a second.';
  return jsonResponse(
    429,
    { error: { code: 'TooManyRequests', message } },
    { ...retry, 'x-ms-request-id': id, 'x-ms-correlation-request-id': id },
  );
}

/** A client of a cluster that did not send the cluster's name, or one that no cluster has (any more). */
export function misdirected(serverName: string | undefined): HttpResponse {
  const message = isClusterName(serverName)
    ? `No cluster is called ${serverName}: it was deleted, or belongs to another server. Fetch new credentials.`
    : `No cluster is called ${serverName ?? '(no TLS server name)'}: this address serves many clusters and tells them ` +
      'apart by the TLS server name. Send the tls-server-name of the kubeconfig, or use that name as the host of the ' +
      "server URL. For clients that can do neither, start the server with --cluster-ports and fetch the cluster's " +
      'credentials again.';
  return kubernetesStatus({ code: 421, reason: 'MisdirectedRequest', message });
}

/** A connection that was open before its cluster was stopped. */
export function clusterStopped(): HttpResponse {
  const failure = { code: 503, reason: 'ServiceUnavailable', message: 'the cluster has stopped' };
  return kubernetesStatus(failure, { connection: 'close' });
}

/** The port of a cluster that is going away. */
export function clusterGone(): HttpResponse {
  const message = 'The cluster of this port was deleted.';
  return kubernetesStatus({ code: 421, reason: 'MisdirectedRequest', message });
}

/** Names in the zone of public API servers, whether a cluster has them or not. */
export function isClusterName(serverName: string | undefined): serverName is string {
  return (
    serverName !== undefined && /^[a-z0-9-]{1,63}\.hcp\.[a-z0-9-]{1,63}\.drydock\.localhost$/.test(serverName)
  );
}
