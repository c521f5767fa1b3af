import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { Budget } from './budget.ts';
import { invalidTemplate, TemplateError } from './errors.ts';
import { copyItems, evaluateJson, isCopyList, tooDeep } from './evaluate.ts';
import type { DeploymentScope, Facts, Frame, Place, Runtime } from './frame.ts';
import { templateLimits } from './limits.ts';
import { isSecureType, printedType, section, settleParameters } from './parameters.ts';
import { nothingKnown } from './runtime.ts';
import { refuseMisfit, resolvedSchema } from './types.ts';
import { memberWithoutCase, put } from './values.ts';

/** What a deployment is made of. */
export interface TemplateInput {
  readonly template: JsonObject;
  /** By name: `{ value }`. */
  readonly parameters: JsonObject;
  /** Values of all parameters as they were settled before: nothing is asked of `parameters` then. */
  readonly settled?: JsonObject;
  readonly scope: DeploymentScope;
  readonly facts: Facts;
  readonly budget?: Budget;
}

/** A template with its parameters: what expressions in it mean. */
export class Template {
  readonly source: JsonObject;
  readonly scope: DeploymentScope;
  /** Values of all parameters by name. */
  readonly parameters: JsonObject;
  /** Resources are an object by symbolic names. */
  readonly isSymbolic: boolean;
  readonly #facts: Facts;
  #budget: Budget;
  readonly #variables = new Map<string, Json>();
  readonly #loops: ReadonlyMap<string, JsonObject>;
  #level = 0;

  /** Throws TemplateError for a template or parameters that cannot be used. */
  constructor(input: TemplateInput) {
    this.source = input.template;
    this.scope = input.scope;
    this.#facts = input.facts;
    this.#budget = input.budget ?? new Budget();
    refuseHead(this.source);
    const version = this.source['languageVersion'];
    this.isSymbolic = typeof version === 'string' && /^2\.|^1\.(?:9|1\d)/.test(version);
    section(this.source, 'variables', templateLimits.variables);
    section(this.source, 'outputs', templateLimits.outputs);
    this.#loops = variableLoops(this.source);
    this.parameters =
      input.settled ??
      settleParameters(this.source, input.parameters, (_, expression, known) =>
        evaluateJson(expression, {
          ...this.frame('parameter'),
          parameter: (name) => parameterOf(known, name),
        }),
      );
  }

  /** Another share of work: what is asked of it later is asked anew. */
  restoreBudget(): void {
    this.#budget = new Budget();
  }

  /** What expressions at a place mean. Without `runtime` nothing is known of resources. */
  frame(place: Place, runtime: Runtime = nothingKnown): Frame {
    return {
      place,
      parameter: (name) => parameterOf(this.parameters, name),
      variable: (name) => this.#variable(name),
      userFunction: (name) => this.#userFunction(name),
      copies: [],
      lambdas: new Map(),
      budget: this.#budget,
      facts: this.#facts,
      scope: this.scope,
      runtime,
      level: 0,
    };
  }

  #variable(name: string): Json {
    const key = name.toLowerCase();
    const known = this.#variables.get(key);
    if (known !== undefined) return known;
    const loop = this.#loops.get(key);
    const source = memberWithoutCase(section(this.source, 'variables', templateLimits.variables), name);
    if ((source === undefined || key === 'copy') && !loop) {
      throw new TemplateError(
        `The template variable '${name}' is not found. Please see https://aka.ms/arm-syntax-variables for usage details.`,
      );
    }
    if (this.#level >= templateLimits.callLevels) throw tooDeep(name);
    this.#level++;
    try {
      const frame = this.frame('variable');
      const value = loop ? copyItems(loop, frame).items : evaluateJson(source ?? null, frame);
      this.#variables.set(key, value);
      return value;
    } finally {
      this.#level--;
    }
  }

  #userFunction(name: string): ReturnType<Frame['userFunction']> {
    const [namespace = '', member = ''] = name.split('.');
    const spaces = Array.isArray(this.source['functions']) ? this.source['functions'] : [];
    for (const space of spaces) {
      if (!isObject(space) || String(space['namespace']).toLowerCase() !== namespace) continue;
      const members = isObject(space['members']) ? space['members'] : {};
      const found = memberWithoutCase(members, member);
      if (isObject(found)) return (args, level) => this.#callUser(name, found, { args, level });
    }
    return undefined;
  }

  #callUser(
    name: string,
    definition: JsonObject,
    call: { readonly args: readonly Json[]; readonly level: number },
  ): Json {
    const declared = Array.isArray(definition['parameters']) ? definition['parameters'].filter(isObject) : [];
    if (call.args.length !== declared.length) {
      throw new TemplateError(
        `Unable to evaluate template language function '${name}': function requires ${declared.length} argument(s) while ${call.args.length} were provided.`,
      );
    }
    const values: JsonObject = {};
    for (const [at, parameter] of declared.entries()) {
      const value = call.args[at] ?? null;
      refuseMisfit(value, {
        schema: parameter,
        template: this.source,
        name: String(parameter['name']),
        path: '',
      });
      put(values, String(parameter['name']), value);
    }
    const output = isObject(definition['output']) ? definition['output'] : {};
    return evaluateJson(output['value'] ?? null, {
      ...this.frame('function'),
      level: call.level,
      parameter: (parameter) => parameterOf(values, parameter),
    });
  }

  /** Parameters as answers show them: secure ones without their value. */
  shownParameters(): JsonObject {
    const shown: JsonObject = {};
    const definitions = section(this.source, 'parameters', templateLimits.parameters);
    for (const [name, value] of Object.entries(this.parameters)) {
      const definition = memberWithoutCase(definitions, name);
      const type = String(isObject(definition) ? resolvedSchema(definition, this.source)['type'] : 'object');
      put(
        shown,
        name,
        isSecureType(type) ? { type: printedType(type) } : { type: printedType(type), value: value ?? null },
      );
    }
    return shown;
  }

  /** All outputs whose condition holds: `{ type, value }`. */
  outputs(runtime: Runtime): JsonObject {
    const made: JsonObject = {};
    const frame = this.frame('output', runtime);
    for (const [name, definition] of Object.entries(
      section(this.source, 'outputs', templateLimits.outputs),
    )) {
      if (!isObject(definition))
        throw invalidTemplate(`The template output '${name}' is not valid: it must be an object`);
      const schema = resolvedSchema(definition, this.source);
      const condition = definition['condition'] === undefined || evaluateJson(definition['condition'], frame);
      if (condition !== true) continue;
      const value = outputValue(name, definition, frame);
      const type = String(schema['type'] ?? 'object');
      if (!(value === null && schema['nullable'] === true))
        refuseOutput(name, value, { schema, template: this.source });
      put(made, name, { type: printedType(type), value });
    }
    return made;
  }
}

function outputValue(name: string, definition: JsonObject, frame: Frame): Json {
  const copy = definition['copy'];
  if (!isObject(copy)) return evaluateJson(definition['value'] ?? null, frame);
  return copyItems({ name, ...copy }, frame).items;
}

function refuseOutput(
  name: string,
  value: Json,
  about: { readonly schema: JsonObject; readonly template: JsonObject },
): void {
  try {
    refuseMisfit(value, { ...about, name, path: '' });
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown;
    throw new TemplateError(
      `The template output '${name}' is not valid: ${thrown.message.replace('template parameter', 'template output')}`,
      'DeploymentOutputEvaluationFailed',
    );
  }
}

function parameterOf(values: JsonObject, name: string): Json {
  const found = memberWithoutCase(values, name);
  if (found !== undefined) return found;
  throw new TemplateError(
    `The template parameter '${name}' is not found. Please see https://aka.ms/arm-syntax-parameters for usage details.`,
  );
}

const knownSections: ReadonlySet<string> = new Set(
  '$schema languageVersion contentVersion apiProfile metadata definitions parameters variables functions resources outputs imports extensions asserts'
    .toLowerCase()
    .split(' '),
);

const schemaPattern =
  /^https?:\/\/schema\.management\.azure\.com\/schemas\/\d{4}-\d\d-\d\d(?:-preview)?\/(?:\w+D|d)eploymentTemplate\.json#?$/i;

function refuseHead(template: JsonObject): void {
  for (const name of Object.keys(template)) {
    if (knownSections.has(name.toLowerCase())) continue;
    throw new TemplateError(
      `The request content was invalid and could not be deserialized: 'Could not find member '${name}' on object of type 'Template'. Path 'properties.template.${name}'.'.`,
      'InvalidRequestContent',
    );
  }
  const { $schema: schema, contentVersion, resources } = template;
  if (typeof schema !== 'string' || !schemaPattern.test(schema)) {
    throw invalidTemplate(
      `The template schema '${typeof schema === 'string' ? schema : ''}' is not supported. Supported versions are ` +
        "'2014-04-01-preview,2015-01-01,2018-05-01,2019-04-01,2019-08-01'. Please see https://aka.ms/arm-syntax for usage details.",
    );
  }
  if (typeof contentVersion !== 'string' || !/^\d+\.\d+\.\d+\.\d+$/.test(contentVersion)) {
    throw invalidTemplate(
      `The template content version '${String(contentVersion)}' is not valid. It must be of the form '1.0.0.0'. Please see https://aka.ms/arm-syntax for usage details.`,
    );
  }
  if (typeof resources !== 'object' || resources === null) {
    throw invalidTemplate("Required property 'resources' not found in JSON. Path 'properties.template'.");
  }
  refuseExtensible(template);
}

/** Resources of other systems than Resource Manager. */
function refuseExtensible(template: JsonObject): void {
  for (const name of ['imports', 'extensions'] as const) {
    const found = template[name];
    if (!isObject(found)) continue;
    for (const [alias, one] of Object.entries(found)) {
      const provider = isObject(one) ? String(one['provider'] ?? one['name'] ?? alias) : alias;
      if (/^az$/i.test(provider)) continue;
      throw invalidTemplate(
        `The extension '${provider}' is not built in Drydock: its resources are not Resource Manager's. Make them with a client of that system`,
      );
    }
  }
}

/** `variables.copy`: lists that are made by loops. */
function variableLoops(template: JsonObject): ReadonlyMap<string, JsonObject> {
  const variables = template['variables'];
  const copy = isObject(variables) ? memberWithoutCase(variables, 'copy') : undefined;
  if (copy === undefined || !isCopyList(copy)) return new Map();
  return new Map(copy.map((loop) => [loop.name.toLowerCase(), loop]));
}
