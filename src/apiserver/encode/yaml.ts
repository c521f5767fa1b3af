import { notAcceptable } from '../../apimachinery/status.ts';
import { jsonToYaml } from '../request/yaml/json-to-yaml.ts';
import type { Notation } from './by-value.ts';
import type { EventEncoding } from './encoding.ts';

/** YAML, as Kubernetes writes it. */
export const yaml: Notation = { mediaType: 'application/yaml', text: jsonToYaml };

/** Nobody frames YAML: a watch in it is refused when the caller's wishes are read. */
export const yamlEvents: EventEncoding = {
  streamType: yaml.mediaType,
  messages: 'text',
  event: refuse,
  bookmark: refuse,
  failure: refuse,
};

function refuse(): never {
  throw notAcceptable(['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']);
}
