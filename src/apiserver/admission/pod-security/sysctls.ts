import { objectsAt, textAt } from '../../../apimachinery/read.ts';
import type { Check, Rule } from './check.ts';

const first = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const since27 = [...first, 'net.ipv4.ip_local_reserved_ports'];
const since29 = [
  ...since27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const since32 = [...since29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

function onlySysctls(allowed: readonly string[]): Rule {
  return ({ spec }) => {
    const names = objectsAt(spec, 'securityContext', 'sysctls').map((sysctl) => textAt(sysctl, 'name'));
    const bad = names.filter((name) => !allowed.includes(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  };
}

export const sysctls: Check = {
  level: 'baseline',
  rules: [
    [0, onlySysctls(first)],
    [27, onlySysctls(since27)],
    [29, onlySysctls(since29)],
    [32, onlySysctls(since32)],
  ],
};
