import { at, listAt, maybeObjectAt, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../base/index.ts';

/**
 * Specs of this group as the real server prints them when it refuses a whole one: with the names of its own types, and what is
 * empty as null. Two specs mean the same when they are printed the same.
 */
export function printedFlowSchema(spec: JsonObject): JsonObject {
  const method = maybeObjectAt(spec, 'distinguisherMethod');
  return {
    PriorityLevelConfiguration: { Name: textAt(spec, 'priorityLevelConfiguration', 'name') },
    MatchingPrecedence: numberAt(spec, 'matchingPrecedence'),
    DistinguisherMethod: method ? printedMethod(method) : null,
    Rules: listed(objectsAt(spec, 'rules'), (rule) => ({
      Subjects: listed(objectsAt(rule, 'subjects'), printedSubject),
      ResourceRules: listed(objectsAt(rule, 'resourceRules'), (each) => ({
        Verbs: texts(each, 'verbs'),
        APIGroups: texts(each, 'apiGroups'),
        Resources: texts(each, 'resources'),
        ClusterScope: at(each, 'clusterScope') === true,
        Namespaces: texts(each, 'namespaces'),
      })),
      NonResourceRules: listed(objectsAt(rule, 'nonResourceRules'), (each) => ({
        Verbs: texts(each, 'verbs'),
        NonResourceURLs: texts(each, 'nonResourceURLs'),
      })),
    })),
  };
}

export function printedMethod(method: JsonObject): JsonObject {
  return { Type: textAt(method, 'type') };
}

function printedSubject(subject: JsonObject): JsonObject {
  const account = maybeObjectAt(subject, 'serviceAccount');
  return {
    Kind: textAt(subject, 'kind'),
    User: named(maybeObjectAt(subject, 'user')),
    Group: named(maybeObjectAt(subject, 'group')),
    ServiceAccount: account
      ? { Namespace: textAt(account, 'namespace'), Name: textAt(account, 'name') }
      : null,
  };
}

export function printedPriorityLevel(spec: JsonObject): JsonObject {
  const limited = maybeObjectAt(spec, 'limited');
  const exempt = maybeObjectAt(spec, 'exempt');
  return {
    Type: textAt(spec, 'type'),
    Limited: limited ? printedLimited(limited) : null,
    Exempt: exempt
      ? {
          NominalConcurrencyShares: at(exempt, 'nominalConcurrencyShares') ?? null,
          LendablePercent: at(exempt, 'lendablePercent') ?? null,
        }
      : null,
  };
}

function printedLimited(limited: JsonObject): JsonObject {
  const response = objectAt(limited, 'limitResponse');
  const queuing = maybeObjectAt(response, 'queuing');
  return {
    NominalConcurrencyShares: numberAt(limited, 'nominalConcurrencyShares'),
    LimitResponse: {
      Type: textAt(response, 'type'),
      Queuing: queuing
        ? {
            Queues: numberAt(queuing, 'queues'),
            HandSize: numberAt(queuing, 'handSize'),
            QueueLengthLimit: numberAt(queuing, 'queueLengthLimit'),
          }
        : null,
    },
    LendablePercent: at(limited, 'lendablePercent') ?? null,
    BorrowingLimitPercent: at(limited, 'borrowingLimitPercent') ?? null,
  };
}

function named(subject: JsonObject | undefined): Json {
  return subject ? { Name: textAt(subject, 'name') } : null;
}

function texts(rule: JsonObject, member: string): Json {
  const list = listAt(rule, member);
  return list.length > 0 ? [...list] : null;
}

function listed(objects: readonly JsonObject[], print: (object: JsonObject) => JsonObject): Json {
  return objects.length > 0 ? objects.map(print) : null;
}
