/** Virtual machine sizes with what a node of that size offers. */
export interface MachineSize {
  readonly cpuCores: number;
  readonly memoryMiB: number;
}

const gib = 1024;

export const azureSizes: Readonly<Record<string, MachineSize>> = {
  Standard_B2s: { cpuCores: 2, memoryMiB: 4 * gib },
  Standard_B2ms: { cpuCores: 2, memoryMiB: 8 * gib },
  Standard_B4ms: { cpuCores: 4, memoryMiB: 16 * gib },
  Standard_DS2_v2: { cpuCores: 2, memoryMiB: 7 * gib },
  Standard_DS3_v2: { cpuCores: 4, memoryMiB: 14 * gib },
  Standard_D2s_v3: { cpuCores: 2, memoryMiB: 8 * gib },
  Standard_D4s_v3: { cpuCores: 4, memoryMiB: 16 * gib },
  Standard_D8s_v3: { cpuCores: 8, memoryMiB: 32 * gib },
  Standard_D2s_v4: { cpuCores: 2, memoryMiB: 8 * gib },
  Standard_D4s_v4: { cpuCores: 4, memoryMiB: 16 * gib },
  Standard_D8s_v4: { cpuCores: 8, memoryMiB: 32 * gib },
  Standard_D2s_v5: { cpuCores: 2, memoryMiB: 8 * gib },
  Standard_D4s_v5: { cpuCores: 4, memoryMiB: 16 * gib },
  Standard_D8s_v5: { cpuCores: 8, memoryMiB: 32 * gib },
  Standard_D16s_v5: { cpuCores: 16, memoryMiB: 64 * gib },
  Standard_D2ds_v5: { cpuCores: 2, memoryMiB: 8 * gib },
  Standard_D4ds_v5: { cpuCores: 4, memoryMiB: 16 * gib },
  Standard_D8ds_v5: { cpuCores: 8, memoryMiB: 32 * gib },
  Standard_E4as_v4: { cpuCores: 4, memoryMiB: 32 * gib },
  Standard_E8s_v5: { cpuCores: 8, memoryMiB: 64 * gib },
  Standard_F4s_v2: { cpuCores: 4, memoryMiB: 8 * gib },
  Standard_F8s_v2: { cpuCores: 8, memoryMiB: 16 * gib },
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
