/** Azure's regions as this estate serves them: normal name, display name, geography group, position, paired region. */
const rows: readonly (readonly [string, string, string, string, string, string])[] = [
  ['eastus', 'East US', 'US', '37.3719', '-79.8164', 'westus'],
  ['eastus2', 'East US 2', 'US', '36.6681', '-78.3889', 'centralus'],
  ['southcentralus', 'South Central US', 'US', '29.4167', '-98.5', 'northcentralus'],
  ['westus2', 'West US 2', 'US', '47.233', '-119.852', 'westcentralus'],
  ['westus3', 'West US 3', 'US', '33.448376', '-112.074036', 'eastus'],
  ['centralus', 'Central US', 'US', '41.5908', '-93.6208', 'eastus2'],
  ['northcentralus', 'North Central US', 'US', '41.8819', '-87.6278', 'southcentralus'],
  ['westus', 'West US', 'US', '37.783', '-122.417', 'eastus'],
  ['westcentralus', 'West Central US', 'US', '40.89', '-110.234', 'westus2'],
  ['canadacentral', 'Canada Central', 'Canada', '43.653', '-79.383', 'canadaeast'],
  ['canadaeast', 'Canada East', 'Canada', '46.817', '-71.217', 'canadacentral'],
  ['brazilsouth', 'Brazil South', 'South America', '-23.55', '-46.633', 'southcentralus'],
  ['northeurope', 'North Europe', 'Europe', '53.3478', '-6.2597', 'westeurope'],
  ['westeurope', 'West Europe', 'Europe', '52.3667', '4.9', 'northeurope'],
  ['uksouth', 'UK South', 'Europe', '50.941', '-0.799', 'ukwest'],
  ['ukwest', 'UK West', 'Europe', '53.427', '-3.084', 'uksouth'],
  ['francecentral', 'France Central', 'Europe', '46.3772', '2.373', 'francesouth'],
  ['francesouth', 'France South', 'Europe', '43.8345', '2.1972', 'francecentral'],
  ['germanywestcentral', 'Germany West Central', 'Europe', '50.110924', '8.682127', 'germanynorth'],
  ['germanynorth', 'Germany North', 'Europe', '53.073635', '8.806422', 'germanywestcentral'],
  ['italynorth', 'Italy North', 'Europe', '45.46888', '9.18109', 'westeurope'],
  ['norwayeast', 'Norway East', 'Europe', '59.913868', '10.752245', 'norwaywest'],
  ['norwaywest', 'Norway West', 'Europe', '58.969975', '5.733107', 'norwayeast'],
  ['polandcentral', 'Poland Central', 'Europe', '52.23334', '21.01666', 'westeurope'],
  ['spaincentral', 'Spain Central', 'Europe', '40.4259', '3.4209', 'westeurope'],
  ['swedencentral', 'Sweden Central', 'Europe', '60.67488', '17.14127', 'swedensouth'],
  ['switzerlandnorth', 'Switzerland North', 'Europe', '47.451542', '8.564572', 'switzerlandwest'],
  ['switzerlandwest', 'Switzerland West', 'Europe', '46.204391', '6.143158', 'switzerlandnorth'],
  ['southeastasia', 'Southeast Asia', 'Asia Pacific', '1.283', '103.833', 'eastasia'],
  ['eastasia', 'East Asia', 'Asia Pacific', '22.267', '114.188', 'southeastasia'],
  ['australiaeast', 'Australia East', 'Asia Pacific', '-33.86', '151.2094', 'australiasoutheast'],
  ['australiasoutheast', 'Australia Southeast', 'Asia Pacific', '-37.8136', '144.9631', 'australiaeast'],
  ['australiacentral', 'Australia Central', 'Asia Pacific', '-35.3075', '149.1244', 'australiaeast'],
  ['japaneast', 'Japan East', 'Asia Pacific', '35.68', '139.77', 'japanwest'],
  ['japanwest', 'Japan West', 'Asia Pacific', '34.6939', '135.5022', 'japaneast'],
  ['koreacentral', 'Korea Central', 'Asia Pacific', '37.5665', '126.978', 'koreasouth'],
  ['koreasouth', 'Korea South', 'Asia Pacific', '35.1796', '129.0756', 'koreacentral'],
  ['centralindia', 'Central India', 'Asia Pacific', '18.5822', '73.9197', 'southindia'],
  ['southindia', 'South India', 'Asia Pacific', '12.9822', '80.1636', 'centralindia'],
  ['southafricanorth', 'South Africa North', 'Africa', '-25.73134', '28.21837', 'southafricanorth'],
  ['uaenorth', 'UAE North', 'Middle East', '25.266666', '55.316666', 'uaenorth'],
  ['qatarcentral', 'Qatar Central', 'Middle East', '25.551462', '51.439327', 'qatarcentral'],
  ['israelcentral', 'Israel Central', 'Middle East', '31.2655698', '33.4506633', 'israelcentral'],
  ['southafricawest', 'South Africa West', 'Africa', '-34.075691', '18.843266', 'southafricanorth'],
  ['uaecentral', 'UAE Central', 'Middle East', '24.466667', '54.366669', 'uaenorth'],
  ['australiacentral2', 'Australia Central 2', 'Asia Pacific', '-35.3075', '149.1244', 'australiacentral'],
  ['austriaeast', 'Austria East', 'Europe', '48.2201587', '16.3761587', 'austriaeast'],
  ['belgiumcentral', 'Belgium Central', 'Europe', '50.8503', '4.3517', 'belgiumcentral'],
  ['brazilsoutheast', 'Brazil Southeast', 'South America', '-22.90278', '-43.2075', 'brazilsouth'],
  ['chilecentral', 'Chile Central', 'South America', '-33.447487', '-70.673676', 'chilecentral'],
  ['indonesiacentral', 'Indonesia Central', 'Asia Pacific', '-6.208', '106.845', 'indonesiacentral'],
  ['jioindiacentral', 'Jio India Central', 'Asia Pacific', '21.146633', '79.08886', 'jioindiawest'],
  ['jioindiawest', 'Jio India West', 'Asia Pacific', '22.470701', '70.05773', 'jioindiacentral'],
  ['malaysiawest', 'Malaysia West', 'Asia Pacific', '3.139', '101.687', 'malaysiawest'],
  ['mexicocentral', 'Mexico Central', 'Mexico', '20.588818', '-100.389888', 'mexicocentral'],
  ['newzealandnorth', 'New Zealand North', 'Asia Pacific', '-36.84853', '174.763336', 'newzealandnorth'],
  ['swedensouth', 'Sweden South', 'Europe', '55.603', '13.0007', 'swedencentral'],
  ['westindia', 'West India', 'Asia Pacific', '19.088', '72.868', 'southindia'],
  ['centraluseuap', 'Central US EUAP', 'US', '41.5908', '-93.6208', 'eastus2euap'],
  ['eastus2euap', 'East US 2 EUAP', 'US', '36.6681', '-78.3889', 'centraluseuap'],
];

export interface Region {
  /** Normal form, e.g. `westus2`. */
  readonly name: string;
  /** E.g. `West US 2`. */
  readonly displayName: string;
  readonly geographyGroup: string;
  readonly latitude: string;
  readonly longitude: string;
  readonly pairedWith: string;
}

/** All regions of the estate. */
export const regions: readonly Region[] = rows.map(
  ([name, displayName, geographyGroup, latitude, longitude, pairedWith]) => ({
    name,
    displayName,
    geographyGroup,
    latitude,
    longitude,
    pairedWith,
  }),
);

const regionNames: ReadonlySet<string> = new Set(regions.map(({ name }) => name));

/** Display names of all regions, as provider metadata lists them. */
export const regionDisplayNames: readonly string[] = regions.map(({ displayName }) => displayName);

/** Normal form of a location: lower case, blanks removed. */
export function normalLocation(location: string): string {
  if (regionNames.has(location)) return location;
  return location.toLowerCase().replaceAll(/\s/g, '');
}

/** True when a type that is offered in `locations` (display names; default all regions) is available in `location`. */
export function isOffered(location: string, locations: readonly string[] | undefined): boolean {
  const wanted = normalLocation(location);
  if (locations === undefined) return regionNames.has(wanted);
  let offered = normalOffers.get(locations);
  if (!offered) normalOffers.set(locations, (offered = new Set(locations.map(normalLocation))));
  return offered.has(wanted);
}

/** Of the lists that types declare, which stay as they are. */
const normalOffers = new WeakMap<readonly string[], ReadonlySet<string>>();
