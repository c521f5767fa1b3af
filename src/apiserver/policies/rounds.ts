import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import { notFound } from '../../apimachinery/status.ts';
import { errorMessage, type JsonObject } from '../../base/index.ts';
import { isNamespaces, requestOf } from '../matching/request.ts';
import type { MatchedResource } from '../matching/rules.ts';
import { shownNamespace } from '../matching/selectors.ts';
import type { Told } from '../matching/values.ts';
import { type Convert, type Shown, shownTo } from '../matching/versions.ts';
import type { Binding } from './binding.ts';
import { NotConfigured, type ParamSource, paramsFor } from './params.ts';
import type { Policy } from './policy.ts';
import type { Concern } from './source.ts';

/** One time that a policy is asked about a write: for one binding, with one set of parameters. */
export interface Round {
  readonly binding: Binding;
  readonly told: Told;
  /** As what it is asked about the write. */
  readonly asked: MatchedResource;
}

/** What does not work about a policy, or about one of its bindings. */
export interface Misconfigured {
  readonly binding: Binding | undefined;
  readonly why: string;
}

/** What a write has to do with one policy. */
export interface Rounds {
  readonly rounds: readonly Round[];
  readonly misconfigured: readonly Misconfigured[];
}

/** What rounds are made with. */
export interface Around {
  readonly source: ParamSource;
  readonly cluster: ClusterView;
  readonly convert: Convert;
}

const nothing: Rounds = { rounds: [], misconfigured: [] };

/** As whom and with what a policy is asked about a write. Throws 404 when the write's namespace is gone. */
export async function roundsOf<P extends Policy>(
  { matches, params: served, bindings }: Concern<P>,
  write: Write,
  around: Around,
): Promise<Rounds> {
  const { source, cluster } = around;
  const asked = await matches(write, cluster);
  if (!asked) return nothing;
  if (served instanceof NotConfigured) {
    const why = `failed to configure policy: ${served.message}`;
    return { rounds: [], misconfigured: [{ binding: undefined, why }] };
  }
  const rounds: Round[] = [];
  const misconfigured: Misconfigured[] = [];
  let told: Told | undefined;
  for (const { binding, matches: bindingMatches } of bindings) {
    try {
      if (!(await bindingMatches(write, cluster))) continue;
      const params = await paramsFor(source, served, { paramRef: binding.paramRef, write });
      if (params.length > 0) told ??= await toldOf(write, asked, around);
      for (const each of params) if (told) rounds.push({ binding, asked, told: { ...told, params: each } });
    } catch (thrown) {
      if (!(thrown instanceof NotConfigured)) throw thrown;
      misconfigured.push({ binding, why: `failed to configure binding: ${thrown.message}` });
    }
  }
  return { rounds, misconfigured };
}

async function toldOf(write: Write, asked: MatchedResource, { cluster, convert }: Around): Promise<Told> {
  return {
    ...(await shown(write, asked, convert)),
    request: requestOf(write, asked),
    namespace: await namespaceObject(write, cluster),
  };
}

async function shown(write: Write, asked: MatchedResource, convert: Convert): Promise<Shown> {
  try {
    return await shownTo(write, asked, convert);
  } catch (thrown) {
    throw new NotConfigured(`failed to convert object version: ${errorMessage(thrown)}`);
  }
}

async function namespaceObject(write: Write, cluster: ClusterView): Promise<JsonObject | undefined> {
  const { namespace: name, definition } = write;
  if (name === '' || isNamespaces(definition)) return undefined;
  const found = await cluster.find({ group: '', resource: 'namespaces', namespace: '' }, name);
  if (!found) throw notFound({ group: '', resource: 'namespaces', name });
  return shownNamespace(found);
}
