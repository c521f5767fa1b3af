import type { JsonObject } from '../../base/index.ts';
import { type Amounts, addAmounts, greatestOf } from '../amounts.ts';
import { type Quantity, quantityOf } from '../quantity.ts';
import { maybeObjectAt, numberAt, objectsAt, textAt } from '../read.ts';
import type { Counted } from './counted.ts';

const count = 'count/resourceclaims.resource.k8s.io';
const perClass = '.deviceclass.resource.k8s.io/devices';
/** Most devices of one claim: what `All` may come to. */
const mostDevices = 32;

/** Claims of devices: how many, and the devices of each class that they may get. */
export const countedDevices: Counted = {
  names: (hard) => hard.filter((name) => name === count || name.endsWith(perClass)),
  concerns: ({ operation, subresource }) => subresource === '' && operation !== 'DELETE',
  usage(claim) {
    let sum: Amounts = new Map([[count, quantityOf(1, 'decimal')]]);
    for (const request of objectsAt(claim, 'spec', 'devices', 'requests'))
      sum = addAmounts(sum, ofRequest(request));
    return sum;
  },
};

/** Of several that will do the dearest counts, for each class. */
function ofRequest(request: JsonObject): Amounts {
  const choices = objectsAt(request, 'firstAvailable');
  if (choices.length > 0) {
    let dearest: Amounts = new Map();
    for (const choice of choices) dearest = greatestOf(dearest, new Map([devices(choice)]));
    return new Map([...dearest].filter(([, { nano }]) => nano > 0n));
  }
  const exactly = maybeObjectAt(request, 'exactly');
  return new Map(exactly ? [devices(exactly)] : []);
}

function devices(request: JsonObject): [string, Quantity] {
  const mode = textAt(request, 'allocationMode');
  const amount = mode === 'ExactCount' ? numberAt(request, 'count') : mode === 'All' ? mostDevices : 0;
  return [textAt(request, 'deviceClassName') + perClass, quantityOf(amount, 'decimal')];
}
