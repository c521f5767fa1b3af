import type { JsonObject } from '../../base/index.ts';
import { quantityOf } from '../quantity.ts';
import { at, listAt, numberAt, objectsAt, textAt } from '../read.ts';
import type { Counted } from './counted.ts';

const own = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers'];

/** Services: how many, how many of them are load balancers, and the ports that they open on nodes. */
export const countedServices: Counted = {
  names: (hard) => hard.filter((name) => own.includes(name)),
  concerns: ({ operation, subresource }) => subresource === '' && operation !== 'DELETE',
  usage(service) {
    const amounts = [1, 1, nodePorts(service), textAt(service, 'spec', 'type') === 'LoadBalancer' ? 1 : 0];
    return new Map(own.map((name, position) => [name, quantityOf(amounts[position] ?? 0, 'decimal')]));
  },
};

/** Those that are meant: which ones they will be is not known yet. */
function nodePorts(service: JsonObject): number {
  const type = textAt(service, 'spec', 'type');
  if (type !== 'NodePort' && type !== 'LoadBalancer') return 0;
  if (type === 'LoadBalancer' && at(service, 'spec', 'allocateLoadBalancerNodePorts') === false)
    return objectsAt(service, 'spec', 'ports').filter((port) => numberAt(port, 'nodePort') !== 0).length;
  return listAt(service, 'spec', 'ports').length;
}
