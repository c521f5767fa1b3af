import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { TestEstate } from '../walkthrough/estate.ts';

/** The pages in a real Chromium: `CHROMIUM` names it, Debian's is found by itself. `PICTURES` is a folder for screenshots. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = process.env['PICTURES'];
const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const budgetBytes = 150_000;

let estate: TestEstate;
let browser: Browser;
let origin: string;

const setUp = `
az group create -n rg -l eastus
az group update -n rg --set "tags.note=<img src=x onerror=document.title='taken'>"
az network vnet create -g rg -n fleet-vnet --address-prefixes 10.1.0.0/16 --subnet-name agents --subnet-prefixes 10.1.0.0/24
az network vnet subnet create -g rg --vnet-name fleet-vnet -n AzureBastionSubnet --address-prefixes 10.1.1.0/26
az network public-ip create -g rg -n bastion-ip --sku Standard --tags "note=<img src=x onerror=document.title='taken'>"
az network bastion create -g rg -n bastion --vnet-name fleet-vnet --public-ip-address bastion-ip --sku Standard --enable-tunneling true
az network vnet create -g rg -n far-vnet --address-prefixes 10.2.0.0/16 --subnet-name AzureBastionSubnet --subnet-prefixes 10.2.1.0/26
az network public-ip create -g rg -n far-ip --sku Standard
az network bastion create -g rg -n far --vnet-name far-vnet --public-ip-address far-ip --sku Standard --enable-tunneling true
SUBNET=$(az network vnet subnet show -g rg --vnet-name fleet-vnet -n agents --query id -o tsv)
az fleet create -g rg -n my-fleet --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id $SUBNET
az aks create -g rg -n member-1 --node-count 1 --no-ssh-key --enable-aad --enable-azure-rbac
az role assignment create --assignee-object-id $(az ad signed-in-user show --query id -o tsv) --assignee-principal-type User --role "Azure Kubernetes Service RBAC Cluster Admin" --scope $(az aks show -g rg -n member-1 --query id -o tsv)
az fleet member create -g rg --fleet-name my-fleet -n member-1 --member-cluster-id $(az aks show -g rg -n member-1 --query id -o tsv)
az ad user create --display-name Guest --user-principal-name guest@drydock.onmicrosoft.localhost --password 'Guest-Pass-1234'
`;

before(async () => {
  assert.ok(existsSync(executablePath), `no Chromium at ${executablePath}: name one with CHROMIUM`);
  estate = await TestEstate.start();
  origin = new URL(String(estate.status['login'])).origin;
  await estate.succeeds(setUp);
  browser = await chromium.launch({ executablePath, args: flags.split(' ') });
});

after(async () => {
  await browser?.close();
  await estate?.[Symbol.asyncDispose]();
});

function administrator(): readonly [string, string] {
  const file = readdirSync(estate.home).find((name) => /password/.test(name)) ?? '';
  return [String(estate.status['signedInUser']), readFileSync(join(estate.home, file), 'utf8').trim()];
}

async function signIn(page: Page, [name, password]: readonly [string, string], route = ''): Promise<void> {
  await page.goto(`${origin}/portal/${route}`);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/portal\/#\//);
}

async function newPage(width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width, height: 900 },
    colorScheme,
  });
  return context.newPage();
}

async function accessible(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  // Evaluated by the debugger: no rule of the page lets a script in.
  const found = await page.evaluate(
    `(async () => { ${axe}; return (await axe.run()).violations.map((one) => [one.id, one.nodes[0].html]); })()`,
  );
  assert.deepEqual(found, [], name);
}

test('by mouse: from sign-in over the overview to the tunnel line of a private hub', async () => {
  const page = await newPage();
  const troubles: string[] = [];
  let bytes = 0;
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (line) => line.type() === 'error' && troubles.push(line.text()));
  page.on('request', (request) => new URL(request.url()).origin === origin || troubles.push(request.url()));
  page.on('response', async (response) => {
    if (response.url().includes('/portal/assets/'))
      bytes += Number(response.headers()['content-length'] ?? 0);
  });
  await signIn(page, administrator());
  await page.getByRole('table', { name: 'Fleets' }).getByText('my-fleet').waitFor();
  assert.ok(bytes > 0 && bytes < budgetBytes, `${bytes} bytes`);
  await accessible(page, 'overview');
  await page.getByRole('link', { name: 'my-fleet' }).click();
  await page.getByRole('table', { name: 'Members' }).getByText('member-1').first().waitFor();
  const hosts = page.getByRole('table', { name: 'Bastion hosts' });
  await hosts.getByText('No: far-vnet is not peered with fleet-vnet').waitFor();
  const line = (await page.locator('pre', { hasText: 'network bastion tunnel' }).textContent()) ?? '';
  assert.match(
    line,
    /az network bastion tunnel -n bastion -g rg --target-resource-id \S+\/managedClusters\/hub --resource-port 443/,
  );
  const hub = /--target-resource-id (\S+)/.exec(line)?.[1] ?? '';
  assert.match((await estate.succeeds(`az resource show --ids ${hub} --query name -o tsv`)).stdout, /^hub/);
  await accessible(page, 'fleet');
  assert.deepEqual(troubles, []);
});

test('by keyboard: the palette finds a resource, and what others wrote into it stays text', async () => {
  const page = await newPage(390, 'dark');
  await signIn(page, administrator());
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox').and(page.locator(':focus')).waitFor();
  await page.keyboard.type('bastion-ip');
  await page.getByRole('link', { name: /^bastion-ip/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('pre', { hasText: '<img src=x' }).waitFor();
  assert.equal(await page.locator('img').count(), 0);
  assert.match(await page.title(), /^bastion-ip/);
  await accessible(page, 'resource-small-dark');
  for (const name of ['Resources', 'Role assignments', 'Activity']) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await page.getByRole('table').waitFor();
    await accessible(page, name.toLowerCase().replace(' ', '-'));
  }
});

test('a cluster in the page: rows change by themselves, what is typed is tried out first, and deleting asks', async () => {
  const page = await newPage();
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  await signIn(page, administrator());
  await page.getByRole('link', { name: 'member-1' }).click();
  await page.getByRole('table', { name: 'nodes' }).getByText('Ready').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await accessible(page, 'cluster-nodes');
  await page.getByLabel('Kind', { exact: true }).selectOption('configmaps');
  const rows = page.getByRole('table', { name: 'configmaps' });
  await rows.waitFor();
  await page.getByLabel('Filter rows').fill('seen');
  await page.getByText('Nothing fits.').waitFor();
  const hostile = `<img src=x onerror="document.title='taken'">`;
  const onCluster = (line: string) =>
    estate.succeeds(`
      export KUBECONFIG=$(mktemp)
      az aks get-credentials -g rg -n member-1 --admin --overwrite-existing -f $KUBECONFIG >/dev/null 2>&1
      ${line}
      rm $KUBECONFIG`);
  await onCluster(`kubectl create configmap seen --from-literal='x=${hostile.replaceAll("'", '"')}'`);
  await rows.getByRole('link', { name: 'seen' }).click();
  await page.locator('pre', { hasText: '<img src=x' }).waitFor();
  assert.equal(await page.locator('img').count(), 0);
  await page.getByRole('button', { name: 'Edit' }).click();
  const text = page.getByRole('textbox', { name: 'Edit' });
  await text.fill((await text.inputValue()).replace('"name": "seen"', '"name": "other"'));
  await page.getByRole('button', { name: 'Show what would change' }).click();
  await page.getByText(/does not match the name on the URL/).waitFor();
  await text.fill(
    (await text.inputValue()).replace('"name": "other"', '"labels": {"a": "b"}, "name": "seen"'),
  );
  await page.getByRole('button', { name: 'Show what would change' }).click();
  await page.locator('ins', { hasText: '"a": "b"' }).waitFor();
  await accessible(page, 'cluster-difference');
  const labels = async () =>
    (await onCluster('kubectl get configmap seen -o jsonpath="{.metadata.labels}"')).stdout;
  assert.equal(await labels(), '');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.locator('pre', { hasText: '"a": "b"' }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).waitFor();
  assert.match(await labels(), /"a":"b"/);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Delete this object?').waitFor();
  await page.getByRole('button', { name: 'Yes, delete it' }).click();
  await page.getByText('The server took the request').waitFor();
  assert.equal(await page.title(), 'member-1 · Drydock');
  assert.ok(addresses.every((address) => !/eyJ/.test(address)));
});

test('ten thousand rows are scrolled with few of them in the page', async () => {
  const page = await newPage();
  await page.route('**/portal/clusters/**/nodes?limit=*', (route) =>
    route.fulfill({
      json: {
        columnDefinitions: [{ name: 'Name', priority: 0 }],
        metadata: { resourceVersion: '1' },
        rows: Array.from({ length: 10_000 }, (_, at) => ({
          cells: [`node-${at}`],
          object: { metadata: { name: `node-${at}`, uid: `${at}` } },
        })),
      },
    }),
  );
  await signIn(page, administrator());
  await page.getByRole('link', { name: 'member-1' }).click();
  const rows = page.getByRole('table', { name: 'nodes' });
  await rows.getByText('node-0', { exact: true }).waitFor();
  assert.ok((await rows.locator('tr').count()) < 100);
  await page.evaluate("document.querySelector('.window').scrollTop = 1e9");
  await rows.getByText('node-9999', { exact: true }).waitFor();
  assert.ok((await rows.locator('tr').count()) < 100);
});

test('tokens are in no address and no storage, and a reload signs in again at the same place', async () => {
  const page = await newPage();
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  await signIn(page, administrator(), '#/resources');
  await page.getByRole('heading', { name: 'Resources' }).waitFor();
  const kept = await page.evaluate(
    'JSON.stringify([localStorage, sessionStorage, location.href, document.cookie])',
  );
  assert.doesNotMatch(String(kept), /eyJ|code|verifier/);
  assert.ok(addresses.every((address) => !/eyJ|[?&]code=/.test(address)));
  await page.reload();
  await page.getByRole('heading', { name: 'Resources' }).waitFor();
});

test('an answer that this tab did not ask for signs nobody in, and no link leads elsewhere', async () => {
  const page = await newPage();
  await page.goto(`${origin}/portal/#code=stolen&state=guessed`);
  await page.getByText('This tab did not ask for that sign-in').waitFor();
  assert.equal(page.url(), `${origin}/portal/#/`);
  const other = await newPage();
  await signIn(other, administrator(), '#/resource?id=//elsewhere.example/subscriptions/x');
  await other.getByRole('heading', { name: 'Overview' }).waitFor();
});

test('who has no role is told so, in a session of his own', async () => {
  const page = await newPage();
  const domain = administrator()[0].split('@')[1];
  await signIn(page, [`guest@${domain}`, 'Guest-Pass-1234']);
  await page.getByText('No role lets you see a subscription.').waitFor();
  assert.doesNotMatch((await page.textContent('body')) ?? '', /my-fleet/);
  await accessible(page, 'no-role');
});
