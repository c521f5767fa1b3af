import type { KubeObject } from '../../apimachinery/client.ts';
import { isObject, type Json, jsonEqual } from '../../base/index.ts';
import type { Difference } from '../kinds/placement.ts';
import { comparable } from './sanitize.ts';

const mostDifferences = 100;

/** Where `hub` and `member` differ, apart from what servers and controllers set themselves; the first hundred places. */
export function differencesOf(hub: KubeObject, member: KubeObject): Difference[] {
  const found: Difference[] = [];
  compare(comparable(hub), comparable(member), { path: '', found });
  const isSecret = hub.kind === 'Secret' && hub.apiVersion === 'v1';
  return isSecret ? found.map(redact) : found;
}

interface At {
  readonly path: string;
  readonly found: Difference[];
}

/** As a JSON patch from the one to the other tells it: keys in order, of lists first what was taken off their end. */
function compare(hub: Json, member: Json, at: At): void {
  if (at.found.length >= mostDifferences || jsonEqual(hub, member)) return;
  if (isObject(hub) && isObject(member)) {
    for (const key of [...new Set([...Object.keys(hub), ...Object.keys(member)])].sort()) {
      const [left, right] = [hub[key], member[key]];
      const path = `${at.path}/${pointerPart(key)}`;
      if (left !== undefined && right !== undefined) compare(left, right, { ...at, path });
      else note(left, right, { ...at, path });
    }
    return;
  }
  if (Array.isArray(hub) && Array.isArray(member)) {
    const shared = Math.min(hub.length, member.length);
    for (const item of hub.slice(shared)) note(item, undefined, { ...at, path: `${at.path}/${shared}` });
    for (let i = 0; i < shared; i++) {
      compare(hub[i] ?? null, member[i] ?? null, { ...at, path: `${at.path}/${i}` });
    }
    for (const item of member.slice(shared)) note(undefined, item, { ...at, path: `${at.path}/-` });
    return;
  }
  note(hub, member, at);
}

/** An empty text says the same as none. */
function note(hub: Json | undefined, member: Json | undefined, { path, found }: At): void {
  if (found.length >= mostDifferences || (hub === undefined && member === undefined)) return;
  const valueInHub = hub === undefined ? '' : printed(hub, String);
  const valueInMember = member === undefined ? '' : printed(member, goFloat);
  found.push({ path, ...(valueInHub && { valueInHub }), ...(valueInMember && { valueInMember }) });
}

/** As in a JSON pointer. */
function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A value as Go prints it. */
function printed(value: Json | undefined, number: (value: number | bigint) => string): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map((item) => printed(item, number)).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.keys(value).sort();
    return `map[${members.map((key) => `${key}:${printed(value[key], number)}`).join(' ')}]`;
  }
  return typeof value === 'number' || typeof value === 'bigint' ? number(value) : String(value);
}

/**
 * The member's numbers come as floating-point ones, with an exponent from a million on, the hub's as they are: so they
 * stand in KubeFleet's lists.
 */
function goFloat(value: number | bigint): string {
  const [mantissa = '0', exponent = '0'] = Number(value).toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(value));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function redact(difference: Difference): Difference {
  const { path, valueInHub, valueInMember } = difference;
  if (!/^\/(data|stringData)/.test(path)) return difference;
  const hidden = '(redacted for security reasons)';
  return {
    path,
    ...(valueInHub === undefined ? {} : { valueInHub: hidden }),
    ...(valueInMember === undefined ? {} : { valueInMember: hidden }),
  };
}
