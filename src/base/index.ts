export {
  type AuditActor,
  type AuditEvent,
  type AuditEventName,
  type AuditTrail,
  silentAudit,
} from './audit.ts';
export { Bag, type Bagged } from './bag.ts';
export { canonicalJson } from './canonical-json.ts';
export { type Clock, rfc3339Micros, rfc3339Seconds, systemClock, type Timer } from './clock.ts';
export { eachAtOnce, eachInTurn } from './each.ts';
export { CodedError, type ErrorCode, errorCode, errorMessage } from './errors.ts';
export { integerOf, type JsonFindings, memberOf, parseExactly, setMember } from './exact-json.ts';
export { goDuration } from './go-duration.ts';
export {
  type IpAddress,
  type IpRange,
  ipAfter,
  ipBytes,
  ipRange,
  ipText,
  isInRange,
  isIp,
  mappedIpv4,
  parseIp,
  parseIpRange,
  rangeContains,
  rangesOverlap,
} from './ip.ts';
export {
  deepFreeze,
  isDeeperThan,
  isNumber,
  isObject,
  type Json,
  type JsonObject,
  jsonEqual,
  nestingLevelsLimit,
} from './json.ts';
export { decodeJson, encodeJson, parseJson, utf8 } from './json-codec.ts';
export { type Lasting, LastingAccess, lastingAccessLimits, type Moment } from './lasting-access.ts';
export { type LogFields, type Logger, silentLogger } from './log.ts';
export { makeFolder } from './make-folder.ts';
export {
  type Counter,
  type CounterFamily,
  type Gauge,
  type GaugeFamily,
  type Histogram,
  type HistogramFamily,
  Metrics,
  metricLimits,
} from './metrics.ts';
export { kubernetesNameAlphabet, namedUuid, type Random, randomFromBytes, systemRandom } from './random.ts';
export { Recent } from './recent.ts';
export { recurring, recurringLimits } from './recurring.ts';
export { parseRelaxedJson, RelaxedJsonError } from './relaxed-json.ts';
export { SortedList } from './sorted-list.ts';
export { withoutTrailingSlashes } from './trailing-slashes.ts';
