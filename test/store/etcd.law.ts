import { CodedError } from '../../src/base/index.ts';
import { EtcdClient } from '../../src/store/drivers/etcd/client.ts';
import { openEtcdStore } from '../../src/store/index.ts';
import { startEtcd } from '../support/etcd.ts';
import { checkStoreLaws } from './law.ts';

const etcd = await startEtcd();
const clients = new Set<SwitchedClient>();
const opened = new WeakMap<object, string>();
let stores = 0;

/** Does not let through what writes while it is off. */
class SwitchedClient extends EtcdClient {
  isOff = false;

  override call: EtcdClient['call'] = (name, request) => {
    const writes = ['txn', 'leaseGrant', 'leaseRevoke', 'leaseTimeToLive'].includes(name);
    return this.isOff && writes ? Promise.reject(noWay()) : super.call(name, request);
  };

  override keepAlive(id: string): Promise<number> {
    return this.isOff ? Promise.reject(noWay()) : super.keepAlive(id);
  }

  override close(): void {
    clients.delete(this);
    super.close();
  }
}

function noWay(): CodedError {
  return new CodedError('unavailable', 'There is no way to etcd.');
}

async function open(
  options: Pick<Parameters<typeof openEtcdStore>[0], 'clock' | 'history'>,
  prefix = `/laws/${++stores}`,
) {
  const client = new SwitchedClient({ endpoints: [etcd.endpoint] });
  clients.add(client);
  const store = await openEtcdStore({ endpoints: [etcd.endpoint], prefix, client, ...options });
  opened.set(store, prefix);
  return { store, client };
}

checkStoreLaws({
  name: 'etcd',
  open: async (options) => (await open(options)).store,
  async openCuttable(options) {
    const { store, client } = await open(options);
    return {
      store,
      cut: () => {
        client.isOff = true;
      },
      mend: () => {
        client.isOff = false;
      },
    };
  },
  async reopen(store, { whileClosed, ...options }) {
    await store.close();
    whileClosed?.();
    return (await open(options, opened.get(store))).store;
  },
  countsLeasesWhileClosed: false,
  async settle() {
    for (let turns = 0; turns < 30; turns++) {
      if ([...clients].some(({ underWay }) => underWay > 0)) turns = 0;
      await new Promise((next) => setImmediate(next));
    }
  },
  cleanUp: () => etcd.stop(),
});
