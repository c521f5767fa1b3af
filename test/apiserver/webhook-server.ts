import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  isObject,
  type Json,
  type JsonObject,
  parseJson,
  systemClock,
  systemRandom,
} from '../../src/base/index.ts';
import { type CertificateAndKey, createAuthority, issueServerCertificate } from '../../src/http/index.ts';

/** What a webhook says: a body as JSON, as text or as bytes, with a status and headers, or nothing at all. */
export interface WebhookAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json | string | Uint8Array;
  /** The connection is closed without an answer. */
  readonly hangsUp?: boolean;
  /** No answer ever comes. */
  readonly never?: boolean;
}

export interface Asked {
  readonly path: string;
  /** The query, with its question mark. */
  readonly search: string;
  readonly host: string;
  /** The whole review. */
  readonly review: JsonObject;
  /** Its request. */
  readonly request: JsonObject;
}

/** A real HTTPS server with a certificate of an authority of its own, that plays webhooks by path. */
export interface WebhookServer {
  readonly port: number;
  /** Base64 of its authority, as `caBundle` takes it. */
  readonly caBundle: string;
  /** Base64 of its own certificate. */
  readonly certificate: string;
  /** In the order in which they came. */
  readonly asked: Asked[];
  /** How many connections were made. */
  readonly connections: number;
  /** The `clientConfig` of a path. */
  at(path: string): JsonObject;
  on(path: string, answer: (asked: Asked) => WebhookAnswer | Promise<WebhookAnswer>): void;
  close(): Promise<void>;
}

let authority: CertificateAndKey | undefined;

/** Starts it on a free port for the names; 127.0.0.1 is always among them. */
export async function startWebhookServer(
  hostNames: readonly string[] = ['localhost'],
): Promise<WebhookServer> {
  const surroundings = { clock: systemClock, random: systemRandom };
  authority ??= createAuthority({ commonName: 'webhooks', ...surroundings });
  const issued = issueServerCertificate(authority, {
    hostNames,
    ipAddresses: ['127.0.0.1'],
    ...surroundings,
  });
  const answers = new Map<string, (asked: Asked) => WebhookAnswer | Promise<WebhookAnswer>>();
  const asked: Asked[] = [];
  let connections = 0;
  const server = createServer(
    { cert: issued.certificatePem, key: issued.privateKeyPem },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { pathname, search } = new URL(request.url ?? '/', 'https://webhook');
        const text = Buffer.concat(chunks).toString('utf8');
        const review = text === '' ? {} : objectOf(parseJson(text));
        const one = {
          path: pathname,
          search,
          host: request.headers.host ?? '',
          review,
          request: objectOf(review['request']),
        };
        asked.push(one);
        const answer = answers.get(pathname);
        Promise.resolve(answer ? answer(one) : { status: 404, body: 'nobody is here' }).then((said) => {
          if (said.never) return;
          if (said.hangsUp) {
            request.socket.destroy();
            return;
          }
          const isText = typeof said.body === 'string' || said.body instanceof Uint8Array;
          response.writeHead(said.status ?? 200, {
            'content-type': isText ? 'text/plain' : 'application/json',
            ...said.headers,
          });
          response.end(said.body === undefined ? '' : isText ? said.body : JSON.stringify(said.body));
        });
      });
    },
  );
  server.on('secureConnection', () => {
    connections++;
  });
  const port = await listen(server);
  const caBundle = Buffer.from(authority.certificatePem).toString('base64');
  return {
    port,
    caBundle,
    certificate: Buffer.from(issued.certificatePem).toString('base64'),
    asked,
    get connections() {
      return connections;
    },
    at: (path) => ({ url: `https://127.0.0.1:${port}${path}`, caBundle }),
    on: (path, answer) => answers.set(path, answer),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      // A listening TCP server has an address with a port.
      const { port } = server.address() as AddressInfo;
      resolve(port);
    });
  });
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** An AdmissionReview that answers what was asked. */
export function decided({ review, request }: Asked, response: JsonObject): WebhookAnswer {
  return {
    body: {
      kind: 'AdmissionReview',
      apiVersion: String(review['apiVersion']),
      response: { uid: String(request['uid']), ...response },
    },
  };
}

export const allowed = (asked: Asked): WebhookAnswer => decided(asked, { allowed: true });

export const refused =
  (status?: JsonObject) =>
  (asked: Asked): WebhookAnswer =>
    decided(asked, { allowed: false, ...(status ? { status } : {}) });

export const patched =
  (...operations: JsonObject[]) =>
  (asked: Asked): WebhookAnswer =>
    decided(asked, {
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
    });

/** A rule about configmaps that are made and changed. */
export const configMaps = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['configmaps'],
};

/** A configuration of one webhook. */
export function configuration(
  kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration',
  name: string,
  ...webhooks: JsonObject[]
): JsonObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name },
    webhooks: webhooks.map((webhook) => ({
      name: `${name}.example.com`,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      rules: [configMaps],
      ...webhook,
    })),
  };
}
