import { azureSizes, findSize } from './machine-sizes.ts';

/**
 * List prices of Linux machines in East US, in US dollars for an hour of one core, by the families that have them; `{}`
 * stands for the number in a size's name. Mostly from the table of karpenter-provider-azure of May 2025, smoothed; those of D_v2 and DS_v2
 * and the factors of three new regions are estimates.
 */
const dollarsPerCore: readonly (readonly [price: number, families: string])[] = [
  [0.0188, 'B{}als_v2'],
  [0.0208, 'B{}s B{}ls_v2'],
  [0.031, 'D{}pls_v6'],
  [0.034, 'D{}pls_v5'],
  [0.035, 'D{}ps_v6'],
  [0.0375, 'B{}as_v2'],
  [0.0382, 'B{}ps_v2'],
  [0.0384, 'D{}plds_v5'],
  [0.0385, 'D{}ps_v5'],
  [0.039, 'D{}plds_v6'],
  [0.0402, 'D{}als_v6'],
  [0.0416, 'B{}ms B{}s_v2'],
  [0.0423, 'F{}s_v2'],
  [0.0425, 'D{}ls_v5'],
  [0.043, 'D{}as_v5'],
  [0.0446, 'D{}ls_v6'],
  [0.0452, 'D{}pds_v5 A{}_v2'],
  [0.0454, 'D{}as_v6'],
  [0.0459, 'D{}pds_v6'],
  [0.046, 'E{}ps_v6'],
  [0.0475, 'D{}alds_v6'],
  [0.048, 'D{}_v3 D{}s_v3 D{}_v4 D{}s_v4 D{}a_v4 D{}as_v4 D{}_v5 D{}s_v5 D{}lds_v5'],
  [0.0504, 'D{}s_v6 E{}ps_v5'],
  [0.0515, 'D{}ads_v5'],
  [0.055, 'D{}lds_v6'],
  [0.0565, 'D{}d_v4 D{}ds_v4 D{}d_v5 D{}ds_v5 E{}as_v5'],
  [0.057, 'D{}ads_v6'],
  [0.0575, 'E{}pds_v5'],
  [0.0585, 'E{}pds_v6'],
  [0.0592, 'A{}m_v2'],
  [0.0595, 'E{}as_v6'],
  [0.0605, 'F{}als_v6'],
  [0.0622, 'D{}ds_v6'],
  [0.063, 'E{}_v3 E{}s_v3 E{}_v4 E{}s_v4 E{}a_v4 E{}as_v4 E{}_v5 E{}s_v5'],
  [0.0655, 'E{}ads_v5'],
  [0.066, 'E{}s_v6'],
  [0.0683, 'F{}as_v6'],
  [0.072, 'E{}d_v4 E{}ds_v4 E{}d_v5 E{}ds_v5'],
  // The number in these names counts steps; up to 5 memory is a little dearer, from 11 on each core has twice of it.
  [0.0732, 'D2_v2 DS2_v2 D3_v2 DS3_v2 D4_v2 DS4_v2 D5_v2 DS5_v2'],
  [0.0725, 'E{}ads_v6'],
  [0.0818, 'E{}ds_v6'],
  [0.0926, 'D11_v2 DS11_v2 D12_v2 DS12_v2 D13_v2 DS13_v2 D14_v2 DS14_v2'],
];

/** What a general purpose machine costs in a region, East US being 1. Source as above. */
const regionFactors: readonly (readonly [factor: number, regions: string])[] = [
  [1, 'eastus eastus2 northcentralus westus2 westus3 eastus2euap'],
  [1.05, 'centralindia jioindiacentral jioindiawest'],
  [1.06, 'swedencentral'],
  [1.1, 'mexicocentral'],
  [1.11, 'canadacentral canadaeast northeurope spaincentral'],
  [1.13, 'centralus centraluseuap indonesiacentral malaysiawest'],
  [1.17, 'francecentral israelcentral italynorth uksouth westus'],
  [1.2, 'austriaeast belgiumcentral germanywestcentral polandcentral southcentralus westcentralus'],
  [1.21, 'ukwest westeurope'],
  [1.22, 'qatarcentral'],
  [1.23, 'koreacentral koreasouth uaenorth'],
  [1.25, 'australiacentral australiacentral2 australiaeast southeastasia'],
  [1.28, 'westindia'],
  [1.29, 'japaneast'],
  [1.3, 'australiasoutheast'],
  [1.31, 'newzealandnorth'],
  [1.32, 'southafricanorth'],
  [1.33, 'norwayeast switzerlandnorth'],
  [1.34, 'japanwest'],
  [1.38, 'eastasia swedensouth'],
  [1.4, 'chilecentral'],
  [1.41, 'southindia'],
  [1.52, 'francesouth'],
  [1.56, 'germanynorth'],
  [1.6, 'brazilsouth'],
  [1.63, 'uaecentral'],
  [1.72, 'southafricawest'],
  [1.73, 'norwaywest'],
  [1.75, 'switzerlandwest'],
  [2.08, 'brazilsoutheast'],
];

function byWord(rows: readonly (readonly [number, string])[]): ReadonlyMap<string, number> {
  return new Map(rows.flatMap(([value, words]) => words.split(' ').map((word) => [word, value])));
}

const perCore = byWord(dollarsPerCore);
const factors = byWord(regionFactors);

/**
 * What an hour of a machine costs, in US dollars: the list price of its size in East US, times what machines cost in the
 * region. Undefined for a size or region without a price.
 */
export function hourlyPrice(machineSize: string, region: string): number | undefined {
  const known = findSize(azureSizes, machineSize);
  const factor = factors.get(region.toLowerCase());
  if (!known || factor === undefined) return undefined;
  const name = known.name.replace(/^Standard_/, '');
  const price = perCore.get(name) ?? perCore.get(name.replace(/\d+/, '{}'));
  return price === undefined ? undefined : price * known.size.cpuCores * factor;
}
