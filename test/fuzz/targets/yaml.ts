import assert from 'node:assert/strict';
import { bodyLimits } from '../../../src/apiserver/answer/body.ts';
import { jsonToYaml } from '../../../src/apiserver/request/yaml/json-to-yaml.ts';
import { YamlError } from '../../../src/apiserver/request/yaml/yaml-error.ts';
import { yamlToJson } from '../../../src/apiserver/request/yaml/yaml-to-json.ts';
import { encodeJson, isDeeperThan, type Json, jsonEqual, parseJson } from '../../../src/base/index.ts';
import { anyJson, jsonForm } from '../inputs/json.ts';
import { textForm } from '../inputs/text.ts';
import { isRefusal, type Target } from '../target.ts';
import { objects, objectTexts } from '../valid.ts';
import { readAs } from './bodies.ts';

const texts = [
  "a: yes\nb: [1, 0x1F, 0o17, 017, .5, 1e3, ~]\nc: {d: \"e\\n\\x41\\u00e9\", f: 'g''h'}\n",
  'a: &x {k: 1}\nb:\n  <<: *x\n  l: 2\nc: [*x, *x]\n',
  'a: |\n  line\n   more\n\n  end\nb: >-\n  folded\n  text\n',
  '%YAML 1.1\n--- !!map\n? a\n: - b\n  - !!str 1\n  - !!binary aGVsbG8=\n...\n--- second\n',
  '# comment\n- - - a\n- ? {b: c}\n  : d\n',
  '"key": {"a":1,"b":[true,null,1.5e300]}\n',
];

/** YAML texts. What comes out is JSON, and JSON text is read as what it says. */
export const yamlTexts: Target<string> = {
  name: 'yaml',
  form: textForm,
  corpus: () => [...texts, ...objects.map((object) => jsonToYaml(object)), ...objectTexts().slice(0, 10)],
  refuses: (thrown) => thrown instanceof YamlError || isRefusal(thrown),
  run(text) {
    const { json, duplicates } = yamlToJson(text, bodyLimits);
    const value: Json = JSON.parse(json);
    assert.ok(
      json.length <= 8 * text.length + 1_000 + bodyLimits.aliasCharacters,
      'what comes out is bounded',
    );
    assert.ok(!isDeeperThan(value, bodyLimits.nestingLevels), 'not nested too deeply');
    assert.ok(duplicates.length <= 100);
  },
};

/** Values written as JSON and as YAML, read as YAML: the same value. */
export const yamlOfJson: Target<Json> = {
  name: 'yaml-of-json',
  form: jsonForm,
  corpus: () => objects,
  generate: (random) => anyJson(random, 4),
  refuses: (thrown) => (thrown instanceof YamlError && /max depth/.test(thrown.message)) || isRefusal(thrown),
  async run(input) {
    const value = parseJson(JSON.stringify(input));
    const ofJson = parseJson(yamlToJson(JSON.stringify(value), bodyLimits).json);
    assert.ok(jsonEqual(ofJson, value), `JSON text as YAML: ${JSON.stringify(ofJson)}`);
    const ofYaml = parseJson(yamlToJson(jsonToYaml(value), bodyLimits).json);
    assert.ok(jsonEqual(ofYaml, value), `as YAML: ${JSON.stringify(ofYaml)}`);
    const bytes = encodeJson(value);
    const [asYaml, asJson] = [
      await readAs('application/yaml', bytes),
      await readAs('application/json', bytes),
    ];
    assert.ok(jsonEqual(asYaml, asJson ?? {}), 'a body of either type');
  },
};
