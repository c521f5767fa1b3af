import { isAbsolute } from 'node:path';
import { CodedError, decodeJson, errorCode, errorMessage, isObject, type JsonObject } from '../base/index.ts';
import {
  callerProven,
  type Handler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
} from '../http/index.ts';
import { sameSecret } from './secrets.ts';

const bodyLimitBytes = 64 * 1024;

export interface ControlParts {
  readonly token: string;
  readonly status: () => Promise<JsonObject>;
  readonly createSubscription: (displayName: string) => Promise<JsonObject>;
  /** What AKS offers, by kind. */
  readonly releases: () => Promise<JsonObject>;
  /** Has a Kubernetes version or a node image come out. */
  readonly release: (name: string) => Promise<JsonObject>;
  /** Copies one moment of the database to a file that does not exist. */
  readonly copyDatabase: (file: string) => Promise<void>;
}

/** Routes of the `drydock` command itself, under `/drydock/v1/`. Only the owner of the home has their token. */
export function createControlHandler(parts: ControlParts): Handler {
  return async (request) => {
    if (!sameSecret(request.header('authorization') ?? '', `Bearer ${parts.token}`)) {
      return failure(401, 'the control token of this home is missing or wrong');
    }
    callerProven(request, 'control');
    switch (`${request.method} ${request.path}`) {
      case 'GET /drydock/v1/status':
        return jsonResponse(200, await parts.status());
      case 'POST /drydock/v1/subscriptions':
        return createSubscription(request, parts);
      case 'GET /drydock/v1/releases':
        return jsonResponse(200, await parts.releases());
      case 'POST /drydock/v1/releases':
        return release(request, parts);
      case 'POST /drydock/v1/copies':
        return copyDatabase(request, parts);
      default:
        return failure(404, `there is no control route ${request.method} ${request.path}`);
    }
  };
}

async function createSubscription(request: HttpRequest, parts: ControlParts): Promise<HttpResponse> {
  const { displayName: name } = await readBody(request);
  if (typeof name !== 'string' || name.trim() === '') return failure(400, 'displayName is required');
  return jsonResponse(201, await parts.createSubscription(name.trim()));
}

async function release(request: HttpRequest, parts: ControlParts): Promise<HttpResponse> {
  const { name } = await readBody(request);
  if (typeof name !== 'string') return failure(400, 'name is required');
  try {
    return jsonResponse(201, await parts.release(name));
  } catch (thrown) {
    const status = { invalid: 400, 'already-exists': 409, 'too-many': 429 }[String(errorCode(thrown))];
    if (status === undefined) throw thrown;
    return failure(status, errorMessage(thrown));
  }
}

async function readBody(request: HttpRequest): Promise<JsonObject> {
  const bytes = await request.body(bodyLimitBytes);
  try {
    const body = decodeJson(bytes);
    if (isObject(body)) return body;
  } catch {
    // Answered below.
  }
  throw new CodedError('invalid', 'the body is not a JSON object');
}

/** The caller has the home's control token, so he is its owner on this machine, and so is this process. */
async function copyDatabase(request: HttpRequest, parts: ControlParts): Promise<HttpResponse> {
  const { file } = await readBody(request);
  if (typeof file !== 'string' || !isAbsolute(file)) return failure(400, 'file must be an absolute path');
  try {
    await parts.copyDatabase(file);
  } catch (thrown) {
    if (thrown instanceof CodedError) return failure(507, thrown.message);
    throw thrown;
  }
  return jsonResponse(201, { file });
}

function failure(status: number, message: string): HttpResponse {
  return jsonResponse(status, { error: { message } });
}
