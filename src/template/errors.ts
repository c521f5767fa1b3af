/** A template, or what was given with it, that cannot be used. `code` and `message` are Resource Manager's. */
export class TemplateError extends Error {
  readonly code: string;

  constructor(message: string, code = 'InvalidTemplate') {
    super(message);
    this.name = 'TemplateError';
    this.code = code;
  }
}

/** Thrown where a value is only known once a resource is there: `reference()` and `list*()` before the deployment has run. */
export class NotYetKnown extends Error {
  constructor(name: string) {
    super(`'${name}' is known once the deployment runs.`);
    this.name = 'NotYetKnown';
  }
}

/** The refusal of a whole template, in the sentence that clients know. */
export function invalidTemplate(detail: string): TemplateError {
  return new TemplateError(`Deployment template validation failed: '${detail}'.`);
}
