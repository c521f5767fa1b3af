/** Virtual machine sizes with what a node of that size offers. */
export interface MachineSize {
  readonly cpuCores: number;
  readonly memoryMiB: number;
}

const gib = 1024;

/** A family's sizes: `{}` stands for the number of virtual CPUs, each with the same share of memory. */
type Family = readonly [pattern: string, gibPerCore: number, cores: readonly number[]];

const upTo64 = [2, 4, 8, 16, 32, 48, 64];
const upTo96 = [...upTo64, 96];

/**
 * Families of general purpose, compute and memory optimised machines that AKS takes.
 * Source: https://learn.microsoft.com/azure/virtual-machines/sizes/overview
 */
const families: readonly Family[] = [
  ['Standard_D{}_v3', 4, upTo64],
  ['Standard_D{}s_v3', 4, upTo64],
  ['Standard_D{}_v4', 4, upTo64],
  ['Standard_D{}s_v4', 4, upTo64],
  ['Standard_D{}d_v4', 4, upTo64],
  ['Standard_D{}ds_v4', 4, upTo64],
  ['Standard_D{}a_v4', 4, upTo96],
  ['Standard_D{}as_v4', 4, upTo96],
  ...['', 's', 'd', 'ds', 'as', 'ads'].map((kind): Family => [`Standard_D{}${kind}_v5`, 4, upTo96]),
  ...['ps', 'pds'].map((kind): Family => [`Standard_D{}${kind}_v5`, 4, upTo64]),
  ...['pls', 'plds', 'ls', 'lds'].map((kind): Family => [`Standard_D{}${kind}_v5`, 2, upTo64]),
  ...['s', 'ds', 'as', 'ads', 'ps', 'pds'].map((kind): Family => [`Standard_D{}${kind}_v6`, 4, upTo96]),
  ...['ls', 'lds', 'als', 'alds', 'pls', 'plds'].map((kind): Family => [`Standard_D{}${kind}_v6`, 2, upTo96]),
  ['Standard_E{}_v3', 8, upTo64],
  ['Standard_E{}s_v3', 8, upTo64],
  ...['', 's', 'd', 'ds', 'a', 'as'].map((kind): Family => [`Standard_E{}${kind}_v4`, 8, upTo64]),
  ...['', 's', 'd', 'ds', 'as', 'ads', 'ps', 'pds'].map(
    (kind): Family => [`Standard_E{}${kind}_v5`, 8, upTo96],
  ),
  ...['s', 'ds', 'as', 'ads', 'ps', 'pds'].map((kind): Family => [`Standard_E{}${kind}_v6`, 8, upTo96]),
  ['Standard_F{}s_v2', 2, [2, 4, 8, 16, 32, 48, 64, 72]],
  ['Standard_F{}as_v6', 4, upTo64],
  ['Standard_F{}als_v6', 2, upTo64],
  ['Standard_B{}s_v2', 4, [2, 4, 8, 16, 32]],
  ['Standard_B{}as_v2', 4, [2, 4, 8, 16, 32]],
  ['Standard_B{}ps_v2', 4, [2, 4, 8, 16]],
  ['Standard_A{}_v2', 2, [2, 4, 8]],
  ['Standard_A{}m_v2', 8, [2, 4, 8]],
];

function familySizes([pattern, gibPerCore, cores]: Family): [string, MachineSize][] {
  return cores.map((count) => [
    pattern.replace('{}', String(count)),
    { cpuCores: count, memoryMiB: count * gibPerCore * gib },
  ]);
}

/** The number in the older names counts steps, not CPUs. */
const numberedSizes: Readonly<Record<string, MachineSize>> = {
  Standard_B2s: { cpuCores: 2, memoryMiB: 4 * gib },
  Standard_B2ms: { cpuCores: 2, memoryMiB: 8 * gib },
  Standard_B4ms: { cpuCores: 4, memoryMiB: 16 * gib },
  Standard_B8ms: { cpuCores: 8, memoryMiB: 32 * gib },
  Standard_B12ms: { cpuCores: 12, memoryMiB: 48 * gib },
  Standard_B16ms: { cpuCores: 16, memoryMiB: 64 * gib },
  Standard_B20ms: { cpuCores: 20, memoryMiB: 80 * gib },
  Standard_B2ls_v2: { cpuCores: 2, memoryMiB: 4 * gib },
  Standard_B2als_v2: { cpuCores: 2, memoryMiB: 4 * gib },
  ...Object.fromEntries(
    ['D', 'DS'].flatMap((family) => [
      [`Standard_${family}2_v2`, { cpuCores: 2, memoryMiB: 7 * gib }],
      [`Standard_${family}3_v2`, { cpuCores: 4, memoryMiB: 14 * gib }],
      [`Standard_${family}4_v2`, { cpuCores: 8, memoryMiB: 28 * gib }],
      [`Standard_${family}5_v2`, { cpuCores: 16, memoryMiB: 56 * gib }],
      [`Standard_${family}11_v2`, { cpuCores: 2, memoryMiB: 14 * gib }],
      [`Standard_${family}12_v2`, { cpuCores: 4, memoryMiB: 28 * gib }],
      [`Standard_${family}13_v2`, { cpuCores: 8, memoryMiB: 56 * gib }],
      [`Standard_${family}14_v2`, { cpuCores: 16, memoryMiB: 112 * gib }],
    ]),
  ),
};

export const azureSizes: Readonly<Record<string, MachineSize>> = {
  ...numberedSizes,
  ...Object.fromEntries(families.flatMap(familySizes)),
};

export const arcControlPlaneSizes: Readonly<Record<string, MachineSize>> = {
  Standard_K8S3_v1: { cpuCores: 4, memoryMiB: 6 * gib },
  Standard_A4_v2: { cpuCores: 4, memoryMiB: 8 * gib },
  Standard_D4s_v3: { cpuCores: 4, memoryMiB: 16 * gib },
  Standard_D8s_v3: { cpuCores: 8, memoryMiB: 32 * gib },
};

export const arcWorkerSizes: Readonly<Record<string, MachineSize>> = {
  Standard_A2_v2: { cpuCores: 2, memoryMiB: 4 * gib },
  ...arcControlPlaneSizes,
  Standard_D16s_v3: { cpuCores: 16, memoryMiB: 64 * gib },
  Standard_D32s_v3: { cpuCores: 32, memoryMiB: 128 * gib },
};

/** Looks a size up without regard to case; answers its own casing too. */
export function findSize(
  sizes: Readonly<Record<string, MachineSize>>,
  name: string,
): { readonly name: string; readonly size: MachineSize } | undefined {
  const wanted = name.toLowerCase();
  const found = Object.entries(sizes).find(([known]) => known.toLowerCase() === wanted);
  return found && { name: found[0], size: found[1] };
}
