import { boolType, type CelType, nullType, stringType } from '../types.ts';
import { type AdmissionExpression, compileAdmission, compileCondition } from './compile.ts';
import { Composition } from './composition.ts';
import { objectType, operationsType, patchEnvironment } from './patch-types.ts';
import { type AdmissionVariable, writeVariables } from './variables.ts';

/** Compiles the expressions of one policy: what a variable is, those after it know. */
export class PolicyCompiler {
  readonly #composition = new Composition();
  readonly #variables: readonly AdmissionVariable[];
  /** Messages ask for no rights. */
  readonly #ofMessages: readonly AdmissionVariable[];
  /** What conditions may speak of. */
  readonly ofConditions: readonly AdmissionVariable[];

  /** Without `hasVariables`, `variables` is nothing that an expression may speak of. */
  constructor({
    hasParams,
    hasVariables,
  }: {
    readonly hasParams: boolean;
    readonly hasVariables: boolean;
  }) {
    this.ofConditions = [...writeVariables, ...(hasParams ? (['params'] as const) : [])];
    this.#variables = [...this.ofConditions, ...(hasVariables ? (['variables'] as const) : [])];
    this.#ofMessages = this.#variables.filter((name) => !name.startsWith('authorizer'));
  }

  variable(name: string, source: string): AdmissionExpression {
    const compiled = this.#compile(source, this.#variables);
    this.#composition.declare(name, compiled.ok ? compiled.type : undefined);
    return compiled;
  }

  /** Conditions know no variables. */
  condition(source: string): AdmissionExpression {
    return compileCondition(source, this.ofConditions);
  }

  validation(source: string): AdmissionExpression {
    return this.#compile(source, this.#variables, [boolType]);
  }

  message(source: string): AdmissionExpression {
    return this.#compile(source, this.#ofMessages, [stringType]);
  }

  annotation(source: string): AdmissionExpression {
    return this.#compile(source, this.#variables, [stringType, nullType]);
  }

  /** An expression that makes a configuration to be applied. */
  configuration(source: string): AdmissionExpression {
    return this.#patch(source, objectType);
  }

  /** An expression that makes the operations of a JSON patch. */
  jsonPatch(source: string): AdmissionExpression {
    return this.#patch(source, operationsType);
  }

  #patch(source: string, result: CelType): AdmissionExpression {
    return compileAdmission(source, {
      variables: this.#variables,
      types: { variables: this.#composition.type },
      results: [result],
      patches: patchEnvironment(),
    });
  }

  #compile(
    source: string,
    variables: readonly AdmissionVariable[],
    results?: readonly CelType[],
  ): AdmissionExpression {
    return compileAdmission(source, {
      variables,
      types: { variables: this.#composition.type },
      ...(results && { results }),
    });
  }
}
