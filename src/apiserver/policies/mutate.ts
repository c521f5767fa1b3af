import type { Write } from '../../apimachinery/admission.ts';
import type { SchemaNode } from '../../apimachinery/contract.ts';
import { encodeJson, type JsonObject } from '../../base/index.ts';
import type { Decisions } from '../../cel/admission/decisions.ts';
import { admissionSteps, evaluate, LazyVariables, type Values } from '../../cel/admission/evaluate.ts';
import type { Value } from '../../cel/values.ts';
import { builtInNode } from '../../kinds/index.ts';
import type { MatchedResource } from '../matching/rules.ts';
import { valuesOf } from '../matching/values.ts';
import { type Convert, inVersion, isOfResource, shownTo } from '../matching/versions.ts';
import { apiVersionOf } from '../storage/served-resource.ts';
import type { MutatingPolicy, Mutation } from './mutating-policy.ts';
import { NotPatched, withConfiguration, withOperations } from './patch.ts';
import type { Round } from './rounds.ts';

/**
 * Changes the object of a write by one mutation of a policy. Throws what the evaluation of its expression throws, `NotPatched`,
 * `NotConverted`, and 500 for a patch that makes no object of the kind of it.
 */
export async function mutate(
  asked: { readonly policy: MutatingPolicy; readonly mutation: Mutation; readonly round: Round },
  write: Write,
  { decisions, convert }: { readonly decisions: Decisions; readonly convert: Convert },
): Promise<void> {
  const { policy, mutation, round } = asked;
  const shown = await shownTo(write, round.asked, convert);
  const { object } = shown;
  if (!object) return;
  const made = await decisions.within((decide): Value => {
    const budget = { steps: admissionSteps.policy };
    const variables = (values: Values) => new LazyVariables(policy.variables, values, budget);
    const values = valuesOf(write, { ...round.told, ...shown, variables }, decide);
    return evaluate(mutation.expression, values, budget);
  });
  const isConfiguration = mutation.makes === 'configuration';
  const patched = isConfiguration
    ? withConfiguration(object, made, schemaOf(round.asked))
    : withOperations(object, made);
  if (patched && encodeJson(patched).length > patchedBytes)
    throw new NotPatched(`the object that it makes is larger than ${patchedBytes} bytes`);
  checkVersions(write, round.asked);
  // A patch whose test failed changes nothing, and yet it was made.
  write.replace(
    await inVersionOf(write, patched ?? object, { asked: round.asked, convert }),
    isConfiguration ? 'converted' : 'strict',
  );
}

/** Far beyond what can be stored: whatever many mutations make of each other's work, it does not fill the memory. */
const patchedBytes = 8 * 1024 * 1024;

/**
 * The real server v1.34 makes no change to a built-in kind through a policy that means another version than the request: it finds no way
 * back. Source: `dispatchOne` of k8s.io/apiserver, `pkg/admission/plugin/policy/mutating/dispatcher.go`
 */
function checkVersions(write: Write, { definition }: MatchedResource): void {
  const [asked, wanted] = [definition, write.definition].map(({ schema }) => schema.root.goType);
  if (definition === write.definition || asked === undefined || !isOfResource(write)) return;
  throw new NotPatched(`converting (${asked}) to (${wanted}): unknown conversion`);
}

function inVersionOf(
  write: Write,
  patched: JsonObject,
  { asked, convert }: { readonly asked: MatchedResource; readonly convert: Convert },
): Promise<JsonObject> | JsonObject {
  if (!isOfResource(write)) return patched;
  return inVersion(patched, { from: asked.definition, to: write.definition }, convert);
}

/** Of an object of the resource, or of the body that its subresource takes, where the documents of its own version know that. */
function schemaOf({ definition, kind }: MatchedResource): SchemaNode {
  const { group, version } = kind;
  if (kind.kind === definition.kind && group === definition.group) return definition.schema.root;
  const isTold = group === definition.group && version === definition.version;
  const node = isTold ? builtInNode(apiVersionOf(group, version), kind.kind) : undefined;
  if (node) return node;
  const shown = `${group}/${version}, Kind=${kind.kind}`;
  throw new NotPatched(
    `error applying patch: failed to convert patch object to typed object: no corresponding type for ${shown}`,
  );
}
