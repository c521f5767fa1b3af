import type { FieldError } from '../../apimachinery/contract.ts';
import { index, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { levels, stages } from './levels.ts';

/** What is wrong with a policy whose types are right, each as the real server words it. */
export function checkPolicy(policy: JsonObject): string[] {
  const errors = [
    ...checkStages(policy['omitStages'], 'omitStages'),
    ...listOf(policy['rules']).flatMap((rule, at) =>
      checkRule(isObject(rule) ? rule : {}, index('rules', at)),
    ),
  ];
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

function checkRule(rule: JsonObject, path: string): FieldError[] {
  const urls = listOf(rule['nonResourceURLs']);
  const resources = listOf(rule['resources']);
  const errors = [
    ...checkLevel(rule['level'], `${path}.level`),
    ...urls.flatMap((url, at) => checkUrl(textOf(url), index(`${path}.nonResourceURLs`, at))),
    ...resources.flatMap((each) => checkResources(isObject(each) ? each : {}, `${path}.resources`)),
    ...checkStages(rule['omitStages'], `${path}.omitStages`),
  ];
  if (urls.length > 0 && resources.length + listOf(rule['namespaces']).length > 0) {
    const detail = 'rules cannot apply to both regular resources and non-resource URLs';
    errors.push(invalid(`${path}.nonResourceURLs`, urls, detail));
  }
  return errors;
}

function checkLevel(level: Json | undefined, path: string): FieldError[] {
  const text = textOf(level);
  if (text === '') return [required(path)];
  return levels.some((each) => each === text) ? [] : [notSupported(path, text, levels)];
}

function checkUrl(url: string, path: string): FieldError[] {
  if (url === '*') return [];
  const errors: FieldError[] = [];
  if (!url.startsWith('/'))
    errors.push(invalid(path, url, "non-resource URL rules must begin with a '/' character"));
  if (url.slice(0, -1).includes('*')) {
    const detail = "non-resource URL wildcards '*' must be the final character of the rule";
    errors.push(invalid(path, url, detail));
  }
  return errors;
}

function checkResources(resources: JsonObject, path: string): FieldError[] {
  const group = textOf(resources['group']);
  const errors: FieldError[] = [];
  const problems = group === '' ? [] : dnsSubdomain(group);
  if (problems.length > 0) errors.push(invalid(`${path}.group`, group, problems.join(',')));
  const names = listOf(resources['resourceNames']);
  if (names.length > 0 && listOf(resources['resources']).length === 0) {
    errors.push(
      invalid(`${path}.resourceNames`, names, 'using resourceNames requires at least one resource'),
    );
  }
  return errors;
}

function checkStages(value: Json | undefined, path: string): FieldError[] {
  return listOf(value).flatMap((stage, at) =>
    stages.some((each) => each === stage)
      ? []
      : [invalid(index(path, at), textOf(stage), `allowed stages are ${stages.join(',')}`)],
  );
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
