import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import { parseCidr, parseIpAddress } from '../../src/apimachinery/validation/addresses.ts';
import { strictIpFaults } from '../../src/apimachinery/validation/values.ts';
import {
  ipAfter,
  ipBytes,
  ipText,
  isInRange,
  mappedIpv4,
  parseIp,
  parseIpRange,
  rangeContains,
  rangesOverlap,
} from '../../src/base/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

const pieces = '0 1 f ff ffff fffff 0000 00001 :: : : : . 1.2.3.4 255 256 01 g ::ffff: A 1.2.3.04 8'.split(
  ' ',
);

test('an address is what Node takes for one, of whatever pieces the text is made', () => {
  const random = seededRandom('addresses');
  let addresses = 0;
  for (let round = 0; round < 50_000; round++) {
    const count = 1 + random.integer(14);
    const text = Array.from({ length: count }, () => pieces[random.integer(pieces.length)]).join('');
    const address = parseIp(text);
    assert.equal(address?.family, isIPv4(text) ? 4 : isIPv6(text) ? 6 : undefined, text);
    if (!address) continue;
    addresses++;
    const canonical = ipText(address);
    assert.deepEqual(parseIp(canonical), address, text);
    if (address.family === 6) assert.equal(`[${canonical}]`, new URL(`http://[${text}]`).hostname);
    assert.equal(ipBytes(address).length, address.family === 4 ? 4 : 16);
  }
  assert.ok(addresses > 500);
});

test('an address with a zone, with other digits or of endless length is none', () => {
  for (const text of [
    '',
    'fe80::1%eth0',
    '0x7f.0.0.1',
    '127.1',
    '1',
    ' 1.2.3.4',
    `::${'0'.repeat(100_000)}`,
  ]) {
    assert.equal(parseIp(text), undefined, text.slice(0, 20));
  }
});

test('an address of IPv4 within IPv6 is told apart from one that only ends like it', () => {
  const address = (text: string) => parseIp(text) ?? assert.fail(text);
  assert.deepEqual(mappedIpv4(address('::ffff:1.2.3.4')), address('1.2.3.4'));
  assert.equal(mappedIpv4(address('::1.2.3.4')), undefined);
  assert.equal(ipText(address('::1.2.3.4')), '::102:304');
});

test('ranges contain and overlap by their bits, in their own family', () => {
  const range = (text: string) => parseIpRange(text) ?? assert.fail(text);
  assert.equal(rangesOverlap(range('10.0.0.0/24'), range('10.0.0.128/25')), true);
  assert.equal(rangesOverlap(range('10.0.0.128/25'), range('10.0.0.0/24')), true);
  assert.equal(rangesOverlap(range('10.0.0.0/24'), range('10.0.1.0/24')), false);
  assert.equal(rangesOverlap(range('0.0.0.0/0'), range('::/0')), false);
  assert.equal(rangeContains(range('fd00::/32'), range('fd00:0:1::/48')), true);
  assert.equal(rangeContains(range('fd00:0:1::/48'), range('fd00::/32')), false);
  assert.equal(isInRange(range('10.0.0.255/32').address, range('10.0.0.7/24')), true);
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/+8', '::/129', '::/', '1::/8/8']) {
    assert.equal(parseIpRange(text), undefined, text);
  }
  assert.equal(ipText(ipAfter(range('10.0.0.250/24').address, 10) ?? assert.fail()), '10.0.1.4');
  assert.equal(ipAfter(range('255.255.255.250/32').address, 10), undefined);
});

test('lenient readers take leading zeros and IPv4 within IPv6, and say how it should be written', () => {
  const read = (text: string) => {
    const { family, canonical, isOdd } = parseIpAddress(text) ?? assert.fail(text);
    return { family, canonical, isOdd };
  };
  assert.deepEqual(read('010.0.0.001'), { family: 4, canonical: '10.0.0.1', isOdd: true });
  assert.deepEqual(read('::ffff:1.2.3.4'), { family: 4, canonical: '1.2.3.4', isOdd: true });
  assert.deepEqual(read('::FFFF:102:304'), { family: 4, canonical: '1.2.3.4', isOdd: true });
  assert.deepEqual(read('2001:db8::00001'), { family: 6, canonical: '2001:db8::1', isOdd: true });
  assert.deepEqual(read('::ffff:01.2.3.004'), { family: 4, canonical: '1.2.3.4', isOdd: true });
  assert.deepEqual(read('2001:DB8::0'), { family: 6, canonical: '2001:db8::', isOdd: false });
  assert.equal(parseIpAddress('::1ffff'), undefined);
  assert.equal(parseCidr('::ffff:1.2.3.0/120')?.canonical, '1.2.3.0/24');
  assert.equal(parseCidr('010.0.0.1/08')?.canonical, '10.0.0.0/8');
});

test('the name of an IPAddress is the one text of an address, in the words of the real server', () => {
  assert.deepEqual(strictIpFaults('2001:db8::1'), []);
  assert.deepEqual(strictIpFaults('2001:DB8::1'), ['must be in canonical form ("2001:db8::1")']);
  assert.deepEqual(strictIpFaults('::ffff:1.2.3.4'), ['must not be an IPv4-mapped IPv6 address']);
  assert.deepEqual(strictIpFaults('1.2.3.04'), ['must not have leading 0s']);
  assert.deepEqual(strictIpFaults('x'), ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']);
});
