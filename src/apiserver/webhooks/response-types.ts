import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { goTypeWord } from '../../merge/patch-error.ts';

type Fits = (value: Json) => boolean;

const isText: Fits = (value) => typeof value === 'string';
const areTexts: Fits = (value) =>
  Array.isArray(value) && value.every((each) => each === null || isText(each));

/** The members of a response: the Go type that each is read as, and what fits it. */
const members: Readonly<Record<string, readonly [goType: string, fits: Fits]>> = {
  uid: ['types.UID', isText],
  allowed: ['bool', (value) => typeof value === 'boolean'],
  status: ['v1.Status', isObject],
  patch: ['[]uint8', isText],
  patchType: ['v1.PatchType', isText],
  auditAnnotations: [
    'map[string]string',
    (value) => isObject(value) && Object.values(value).every((each) => each === null || isText(each ?? null)),
  ],
  warnings: ['[]string', areTexts],
};

/** What Go's decoder says of an AdmissionReview whose response has a member of another type. */
export function mistypedMember({ response }: JsonObject): string | undefined {
  if (response === undefined || response === null) return undefined;
  if (!isObject(response)) {
    return `json: cannot unmarshal ${goTypeWord(response)} into Go struct field AdmissionReview.response of type v1.AdmissionResponse`;
  }
  for (const [name, [goType, fits]] of Object.entries(members)) {
    const value = response[name];
    if (value === undefined || value === null || fits(value)) continue;
    return `json: cannot unmarshal ${goTypeWord(value)} into Go struct field AdmissionResponse.response.${name} of type ${goType}`;
  }
  return undefined;
}
