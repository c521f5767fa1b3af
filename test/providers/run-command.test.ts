import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import {
  attachmentLimits,
  readAttachments,
} from '../../src/providers/container-service/run-command/attachments.ts';
import { readCommandLines } from '../../src/providers/container-service/run-command/command-line.ts';
import { demandRunnable } from '../../src/providers/container-service/run-command/kubectl-words.ts';

const wordsOf = (text: string) => readCommandLines(text).map(({ words }) => words);
const run = (line: string) => {
  for (const [, ...words] of wordsOf(line)) demandRunnable(words);
};

describe('the lines of a run command', () => {
  test('are words with quotes and backslashes, as a shell reads them', () => {
    assert.deepEqual(wordsOf(`kubectl get "a b"'c'\\ d -o jsonpath={.items[*]} ''`), [
      ['kubectl', 'get', 'a bc d', '-o', 'jsonpath={.items[*]}', ''],
    ]);
    assert.deepEqual(wordsOf('a "\\"\\$x\\n"'), [['a', '"$x\\n']]);
  });

  test('end at line ends and semicolons, and && asks for success', () => {
    assert.deepEqual(readCommandLines('a; b # c && d\n\ne &&\nf;'), [
      { words: ['a'], afterSuccess: false },
      { words: ['b'], afterSuccess: false },
      { words: ['e'], afterSuccess: false },
      { words: ['f'], afterSuccess: true },
    ]);
  });

  for (const text of [
    'kubectl get pods | sh',
    'kubectl get pods > /tmp/x',
    'kubectl apply -f - < x',
    'kubectl get $(id)',
    'kubectl get "$HOME"',
    'kubectl get `id`',
    'kubectl get pods & id',
    'kubectl get pods || id',
    '(kubectl get pods)',
    "kubectl get 'pods",
    'kubectl get pods &&',
    '&& kubectl get pods',
  ]) {
    test(`what only a shell could do is refused: ${text}`, () => {
      assert.throws(() => readCommandLines(text));
    });
  }
});

describe('the words of kubectl in a run command', () => {
  for (const line of [
    'kubectl get pods -n kube-system -o wide',
    'kubectl -n kube-system get pods -A',
    'kubectl get --raw /readyz',
    'kubectl apply -f a.yaml -f folder/b.yaml,c.json',
    'kubectl apply -R -f folder',
    'kubectl create configmap c --from-file=key=a.txt --from-file b.txt',
    'kubectl logs -f web -c main --tail=5',
    'kubectl exec web -it -- cat /etc/passwd -f /etc/passwd',
    'kubectl run web --image=nginx --restart=Never -- sh -c "echo hi"',
    'kubectl patch deploy web -p {\\"spec\\":{}}',
    'kubectl version --client',
    'kubectl',
  ]) {
    test(`run: ${line}`, () => run(line));
  }

  for (const line of [
    'kubectl apply -f /etc/passwd',
    'kubectl apply -f/etc/passwd',
    'kubectl apply -f=/etc/passwd',
    'kubectl apply -Rf /etc/passwd',
    'kubectl apply -Rf/etc/passwd',
    'kubectl apply -f a.yaml,/etc/passwd',
    'kubectl apply -f "\\"/etc/passwd\\""',
    'kubectl apply -f ../../etc/passwd',
    'kubectl apply -f a/../../b',
    'kubectl apply -f https://localhost/x.yaml',
    'kubectl apply -f -',
    'kubectl apply --filename=/etc/passwd',
    'kubectl apply --filename /etc/passwd',
    'kubectl apply -k .',
    'kubectl apply --kustomize=.',
    'kubectl create secret generic s --from-file=/etc/passwd',
    'kubectl create secret generic s --from-file=key=/etc/passwd',
    'kubectl create secret generic s --from-env-file=/proc/self/environ',
    'kubectl create secret tls s --cert=/etc/x --key=a',
    'kubectl patch pod p --patch-file=/etc/passwd',
    'kubectl get pods -o go-template-file=/etc/passwd',
    'kubectl get pods -ojsonpath-file=/etc/passwd',
    'kubectl get pods -o templatefile --template=/etc/passwd',
    'kubectl get pods --kubeconfig=other',
    'kubectl --kubeconfig=other get pods',
    'kubectl --kubeconfig other get pods',
    'kubectl get pods -s https://localhost',
    'kubectl get pods --server https://localhost',
    'kubectl get pods --profile=cpu --profile-output=x',
    'kubectl get pods --cache-dir=/tmp/x',
    'kubectl create -f a.yaml --edit',
    'kubectl edit pod p',
    'kubectl apply edit-last-applied pod p',
    'kubectl cluster-info dump',
    'kubectl cp p:/x /tmp/x',
    'kubectl proxy',
    'kubectl port-forward p 1',
    'kubectl diff -f a.yaml',
    'kubectl plugin list',
    'kubectl kustomize .',
    'kubectl config view --raw',
    'kubectl debug p',
    'kubectl my-plugin',
    'kubectl exec --container -- -f /etc/passwd',
    'kubectl exec -n -- -f /etc/passwd',
    'kubectl logs -pf/etc/passwd',
    'kubectl -n logs apply -f /etc/passwd',
  ]) {
    test(`not run: ${line}`, () => assert.throws(() => run(line)));
  }
});

describe('files attached to a run command', () => {
  const context = (files: Record<string, Uint8Array>) => Buffer.from(zipSync(files)).toString('base64');

  test('come out of their archive by path, also from Base64 in lines', () => {
    const text = context({ 'a.yaml': strToU8('a'), 'folder/b.yaml': strToU8('b') });
    const files = readAttachments(text.replace(/(.{20})/g, '$1\n'));
    assert.deepEqual(
      [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]),
      [
        ['a.yaml', 'a'],
        ['folder/b.yaml', 'b'],
      ],
    );
    assert.equal(readAttachments('').size, 0);
  });

  for (const path of ['../x', '/etc/x', 'a/../../x', 'a//b', 'c:\\x', 'a\u0000b']) {
    test(`are refused at the path ${JSON.stringify(path)}`, () => {
      assert.throws(() => readAttachments(context({ [path]: strToU8('x') })), /has the path/);
    });
  }

  test('are refused when they unpack to more than their bound, before they do', () => {
    const bomb = context({ zeros: new Uint8Array(attachmentLimits.unpackedBytes + 1) });
    assert.ok(bomb.length < attachmentLimits.unpackedBytes / 100);
    assert.throws(() => readAttachments(bomb), /more than \d+ bytes/);
  });

  test('are refused when they are no archive', () => {
    assert.throws(() => readAttachments('AAAA'), /no ZIP archive/);
    assert.throws(() => readAttachments('%%%'), /no Base64/);
  });
});
