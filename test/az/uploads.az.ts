import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram, TestEstate } from '../walkthrough/estate.ts';

test('300 uploads of each Python client that people use arrive on kept connections', async () => {
  await using estate = await TestEstate.start();
  const group = (await estate.succeeds('az group create -n g -l eastus --query id -o tsv')).stdout.trim();
  const token = (
    await estate.succeeds('az account get-access-token --query accessToken -o tsv')
  ).stdout.trim();
  const url = `${String(estate.status['resourceManager'])}${group}?api-version=2021-04-01`;
  const script = join(import.meta.dirname, 'uploads.py');
  // The Python of azure-cli, which has requests and urllib3.
  const finished = await runProgram('python', [script, url, token, String(estate.status['caFile'])]);
  assert.equal(finished.code, 0, finished.stderr);
  assert.equal(finished.stdout, 'by_http_client 300\nby_urllib3 300\nby_requests 300\n');
});
