import type { Random } from '../../src/base/index.ts';
import { Campaign, type Effort } from './campaign.ts';
import type { Target } from './target.ts';
import { against, type Peer } from './targets/against.ts';
import {
  accessTokens,
  addressRanges,
  apiVersions,
  armFilters,
  armIds,
  graphFilters,
  jmesPaths,
  kubeconfigs,
  signInTexts,
} from './targets/azure.ts';
import { armBodies, jsonBodies, plainJson } from './targets/bodies.ts';
import { patchTexts, programs, ruleTexts } from './targets/expressions.ts';
import { applies, fieldSets, jsonPatches, mergePatches, strategicPatches } from './targets/patches.ts';
import { protobufBytes, protobufObjects } from './targets/protobuf.ts';
import {
  acceptHeaders,
  continueTokens,
  fieldSelectors,
  labelSelectors,
  queries,
  requestPaths,
  subprotocols,
  versions,
} from './targets/requests.ts';
import { armRequests, clusterRequests, directoryRequests } from './targets/servers.ts';
import { http2Frames, tunnelFrames, wireRequests } from './targets/sockets.ts';
import {
  addresses,
  jsonPaths,
  quantities,
  schedules,
  signingRequests,
  times,
  webhookAnswers,
  witnesses,
} from './targets/values.ts';
import { yamlOfJson, yamlTexts } from './targets/yaml.ts';

/** A target whose form is known to itself alone. */
export interface Fuzzed {
  readonly name: string;
  readonly shortInputs: number | undefined;
  campaign(random: Random, effort: Effort): Pick<Campaign<unknown>, 'name' | 'tried' | 'step' | 'close'>;
}

function fuzzed<T>(target: Target<T>): Fuzzed {
  return {
    name: target.name,
    shortInputs: target.shortInputs,
    campaign: (random, effort) => new Campaign(target, random, effort),
  };
}

/** Everything that reads what comes from outside, one by one. */
export const targets: readonly Fuzzed[] = [
  fuzzed(jsonBodies),
  fuzzed(armBodies),
  fuzzed(plainJson),
  fuzzed(yamlTexts),
  fuzzed(yamlOfJson),
  fuzzed(protobufBytes),
  fuzzed(protobufObjects),
  fuzzed(jsonPatches),
  fuzzed(mergePatches),
  fuzzed(strategicPatches),
  fuzzed(applies),
  fuzzed(fieldSets),
  fuzzed(ruleTexts),
  fuzzed(patchTexts),
  fuzzed(programs),
  fuzzed(labelSelectors),
  fuzzed(fieldSelectors),
  fuzzed(continueTokens),
  fuzzed(queries),
  fuzzed(versions),
  fuzzed(acceptHeaders),
  fuzzed(requestPaths),
  fuzzed(subprotocols),
  fuzzed(quantities),
  fuzzed(times),
  fuzzed(schedules),
  fuzzed(jsonPaths),
  fuzzed(addresses),
  fuzzed(signingRequests),
  fuzzed(webhookAnswers),
  fuzzed(witnesses),
  fuzzed(armIds),
  fuzzed(armFilters),
  fuzzed(graphFilters),
  fuzzed(jmesPaths),
  fuzzed(apiVersions),
  fuzzed(signInTexts),
  fuzzed(accessTokens),
  fuzzed(kubeconfigs),
  fuzzed(addressRanges),
  fuzzed(clusterRequests),
  fuzzed(armRequests),
  fuzzed(directoryRequests),
  fuzzed(http2Frames),
  fuzzed(tunnelFrames),
  fuzzed(wireRequests),
];

/** The comparison with a real server. */
export function comparison(peer: Peer): Fuzzed {
  return fuzzed(against(peer));
}
