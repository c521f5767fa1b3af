import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { shapesFile, shapesText } from '../../tools/generate-shapes.ts';

test('the shapes of bodies are those of the installed SDKs (npm run build:shapes)', async () => {
  assert.equal(readFileSync(shapesFile, 'utf8'), await shapesText());
});
