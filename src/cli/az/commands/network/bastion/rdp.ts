import { reachMachine } from './machines.ts';

export const command = reachMachine('network bastion rdp');
