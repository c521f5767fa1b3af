export { type Clock, ManualClock, rfc3339Micros, rfc3339Seconds, systemClock, type Timer } from './clock.ts';
export { CodedError, type ErrorCode, errorCode, errorMessage } from './errors.ts';
export {
  decodeJson,
  deepFreeze,
  encodeJson,
  isDeeperThan,
  isObject,
  type Json,
  type JsonObject,
  jsonEqual,
  utf8,
} from './json.ts';
export { type LogFields, type Logger, silentLogger } from './log.ts';
export { kubernetesNameAlphabet, namedUuid, type Random, seededRandom, systemRandom } from './random.ts';
