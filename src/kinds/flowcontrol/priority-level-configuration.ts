import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { child, forbidden, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';
import { mandatoryPriorityLevels } from '../shared/mandatory-flow-control.ts';
import { printedPriorityLevel } from '../shared/printed-flow-control.ts';
import { validateConditions } from '../shared/typed-conditions.ts';

export const priorityLevelConfiguration: BuiltInKind = {
  group: 'flowcontrol.apiserver.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'prioritylevelconfigurations',
  kind: 'PriorityLevelConfiguration',
  scope: 'Cluster',
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Type',
      'NominalConcurrencyShares',
      'Queues',
      'HandSize',
      'QueueLengthLimit',
      'Age',
    ],
    cells(object) {
      const limited = maybeObjectAt(object, 'spec', 'limited');
      const queuing = maybeObjectAt(limited, 'limitResponse', 'queuing');
      return [
        nameOf(object),
        textAt(object, 'spec', 'type'),
        limited ? (objectAt(object, 'spec', 'limited')['nominalConcurrencyShares'] ?? null) : none,
        queuing ? numberAt(queuing, 'queues') : none,
        queuing ? numberAt(queuing, 'handSize') : none,
        queuing ? numberAt(queuing, 'queueLengthLimit') : none,
        ageOf(object),
      ];
    },
  },
  quirks: {
    hasGeneration: true,
    statusKeepsMetadata: true,
    resets: { status: ['spec', 'metadata'] },
  },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const name = nameOf(object);
    const annotations = objectAt(object, 'metadata', 'annotations');
    return [
      ...(preserveZero in annotations
        ? [forbidden('metadata.annotations', `annotation '${preserveZero}' is forbidden`)]
        : []),
      ...validateSpec(spec, name),
      ...validateFixed(spec, name),
      ...validateConditions(object),
    ];
  },
  validateStatus: validateConditions,
};

/** Of versions that are not served any more. */
const preserveZero = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

function validateSpec(spec: JsonObject, name: string): FieldError[] {
  const type = textAt(spec, 'type');
  const errors: FieldError[] = [];
  if ((name === 'exempt') !== (type === 'Exempt'))
    errors.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  const limited = maybeObjectAt(spec, 'limited');
  const exempt = maybeObjectAt(spec, 'exempt');
  if (type === 'Exempt') {
    if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    if (exempt)
      errors.push(...validateShares(exempt, 'spec.exempt'), ...validateLendable(exempt, 'spec.exempt'));
    return errors;
  }
  if (type !== 'Limited') return [...errors, notSupported('spec.type', type, ['Exempt', 'Limited'])];
  if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
  return limited
    ? [...errors, ...validateLimited(limited)]
    : [...errors, required('spec.limited', 'must not be empty when type is Limited')];
}

function validateFixed(spec: JsonObject, name: string): FieldError[] {
  const fixed = mandatoryPriorityLevels.get(name);
  if (!fixed) return [];
  const printed = printedPriorityLevel(spec);
  const chosen = name === 'exempt' ? { Exempt: printed['Exempt'] ?? null } : {};
  if (jsonEqual(printed, { ...printedPriorityLevel(fixed), ...chosen })) return [];
  const what = name === 'exempt' ? " except the 'spec.exempt' field" : '';
  return [invalid('spec', printed, `spec of '${name}'${what} must equal the fixed value`)];
}

function validateShares(limits: JsonObject, path: string): FieldError[] {
  const shares = numberAt(limits, 'nominalConcurrencyShares');
  return shares < 0
    ? [invalid(child(path, 'nominalConcurrencyShares'), shares, 'must be a non-negative integer')]
    : [];
}

function validateLendable(limits: JsonObject, path: string): FieldError[] {
  const percent = numberAt(limits, 'lendablePercent');
  if (percent >= 0 && percent <= 100) return [];
  return [invalid(child(path, 'lendablePercent'), percent, 'must be between 0 and 100, inclusive')];
}

function validateLimited(limited: JsonObject): FieldError[] {
  const borrowing = numberAt(limited, 'borrowingLimitPercent');
  return [
    ...validateShares(limited, 'spec.limited'),
    ...validateLimitResponse(limited),
    ...validateLendable(limited, 'spec.limited'),
    ...(borrowing < 0
      ? [
          invalid(
            'spec.limited.borrowingLimitPercent',
            borrowing,
            'if specified, must be a non-negative integer',
          ),
        ]
      : []),
  ];
}

function validateLimitResponse(limited: JsonObject): FieldError[] {
  const path = 'spec.limited.limitResponse';
  const response = objectAt(limited, 'limitResponse');
  const type = textAt(response, 'type');
  const queuing = maybeObjectAt(response, 'queuing');
  if (type !== 'Queue' && type !== 'Reject') return [notSupported(`${path}.type`, type, ['Queue', 'Reject'])];
  if (type === 'Reject') {
    return queuing
      ? [forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')]
      : [];
  }
  return queuing
    ? validateQueuing(queuing, `${path}.queuing`)
    : [required(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')];
}

const mostQueues = 10_000_000;
/** Of the hash that a hand is dealt by. */
const hashBits = 60;

function validateQueuing(queuing: JsonObject, path: string): FieldError[] {
  const length = numberAt(queuing, 'queueLengthLimit');
  const queues = numberAt(queuing, 'queues');
  const hand = numberAt(queuing, 'handSize');
  const errors: FieldError[] = [];
  if (length <= 0) errors.push(invalid(`${path}.queueLengthLimit`, length, 'must be positive'));
  if (queues <= 0) errors.push(invalid(`${path}.queues`, queues, 'must be positive'));
  else if (queues > mostQueues)
    errors.push(invalid(`${path}.queues`, queues, `must not be greater than ${mostQueues}`));
  const problem = handProblem(hand, queues);
  return problem === undefined ? errors : [...errors, invalid(`${path}.handSize`, hand, problem)];
}

function handProblem(hand: number, queues: number): string | undefined {
  if (hand <= 0) return 'must be positive';
  if (hand > queues) return `should not be greater than queues (${queues})`;
  if (Math.ceil(Math.log2(queues) * hand) <= hashBits) return undefined;
  return `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${hashBits}`;
}
