import type { JsonObject } from '../../base/index.ts';
import type { HttpBody } from '../../http/contract.ts';
import type { AuditedRequest } from '../audit/index.ts';
import type { Answer, CallBody } from '../call/call.ts';
import { encodingOf, type Wish } from '../encode/index.ts';
import type { ServedResource } from '../storage/served-resource.ts';

/** A body that is told to the audit log when it is read. */
export function auditedBody(
  body: CallBody,
  audited: AuditedRequest,
  { verb, subresource, resource }: { verb: string; subresource: string; resource: ServedResource },
): CallBody {
  const isPatch = body.patchType !== undefined;
  const type = subresource === '' ? typeOf(verb, resource) : {};
  return {
    patchType: body.patchType,
    empty: body.empty,
    findings: body.findings,
    bytes: () => body.bytes(),
    async read() {
      const value = await body.read();
      audited.asked(value, { isPatch, type });
      return value;
    },
  };
}

/** What a body is that does not say so. */
function typeOf(verb: string, { definition, apiVersion }: ServedResource): JsonObject {
  if (verb === 'create' || verb === 'update') return { kind: definition.kind, apiVersion };
  return verb.startsWith('delete') ? { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/__internal' } : {};
}

/** Tells the audit log what is answered, as JSON in the form that the caller gets. */
export function auditAnswer(
  audited: AuditedRequest,
  answer: Answer,
  { rendering, includeObject, now }: Pick<Wish, 'rendering' | 'includeObject'> & { readonly now: number },
): void {
  if (answer.type === 'watch' || answer.type === 'text' || answer.type === 'stream') return;
  const status = answer.type === 'value' && answer.value['kind'] === 'Status' ? answer.value : undefined;
  const code = answer.type === 'list' ? 200 : answer.code;
  if (!audited.wantsResponse) {
    audited.answered(code, { status });
    return;
  }
  const encoding = encodingOf({ rendering: { ...rendering, format: 'json' }, includeObject, pretty: false });
  const at = () => now;
  const body =
    answer.type === 'list'
      ? encoding.list(answer, at)
      : answer.type === 'object'
        ? encoding.object(answer.object, answer.resource, at)
        : encoding.value(answer.value, answer.resource, at);
  audited.answered(code, { status, object: textOf(body) });
}

function textOf(body: HttpBody): string | undefined {
  if ('start' in body) return undefined;
  const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(body);
  return bytes.toString().trimEnd();
}
