export { filesOf, type Lookup, namesObjects, PodReferences, type Surroundings } from './environment.ts';
export { SimulatedMachines } from './machines.ts';
export { containersOf, type MachineContainer, type MachinePod } from './pod.ts';
export { firstProgram, firstWords, isFollowed, processIn, type Rehearsed, rehearse } from './program.ts';
export { runWords } from './shell/interpret.ts';
