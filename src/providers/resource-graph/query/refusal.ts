/** One part of a refusal, as Resource Graph's `details` have it. */
export interface QueryProblem {
  readonly code: string;
  readonly message: string;
  /** From 1. */
  readonly line?: number;
  /** From 0. */
  readonly characterPositionInLine?: number;
  readonly token?: string;
  readonly expectedToken?: string;
}

/** Where something stands in a query. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** A query that is refused, or whose work has come to a limit. */
export class QueryRefusal extends Error {
  readonly problem: QueryProblem;
  /** True: the query cannot be read or means nothing here; its refusal is headed by `InvalidQuery`. */
  readonly isInvalid: boolean;

  constructor(problem: QueryProblem, isInvalid = true) {
    super(problem.message);
    this.problem = problem;
    this.isInvalid = isInvalid;
  }
}

/** What cannot be read. */
export function unreadable(place: Place, expected?: string): QueryRefusal {
  return new QueryRefusal({
    code: 'ParserFailure',
    message: 'ParserFailure',
    line: place.line,
    characterPositionInLine: place.column,
    token: place.text,
    ...(expected !== undefined && { expectedToken: expected }),
  });
}

/** A word of the language that is not spoken here (Resource Graph refuses `parse` in this form). */
export function notSpoken(word: string, place?: Place): QueryRefusal {
  return new QueryRefusal({
    code: 'InvalidQueryLanguage',
    message: 'InvalidQueryLanguage',
    line: place?.line ?? -1,
    characterPositionInLine: place?.column ?? -1,
    token: word,
  });
}

/** What can be read and means nothing: an unknown column, an operand of the wrong type. */
export function meaningless(message: string, place?: Place): QueryRefusal {
  return new QueryRefusal({
    code: 'InvalidQuery',
    message,
    ...(place && { line: place.line, characterPositionInLine: place.column, token: place.text }),
  });
}

/** A table that is none. */
export function unknownTable(name: string): QueryRefusal {
  const message = `Table ${name.toLowerCase()} is invalid, unsupported or disallowed.`;
  return new QueryRefusal({ code: 'DisallowedLogicalTableName', message }, false);
}

/** Work that has come to a limit. */
export function tooMuch(what: string): QueryRefusal {
  return new QueryRefusal({ code: 'QueryLimitExceeded', message: `The query is too large: ${what}.` }, false);
}
