/** Newest first, as the public type index lists them. */
export const fleetVersions = [
  '2026-06-02-preview',
  '2026-06-01',
  '2026-05-01-preview',
  '2026-03-02-preview',
  '2026-02-01-preview',
  '2025-08-01-preview',
  '2025-04-01-preview',
  '2025-03-01',
  '2024-05-02-preview',
  '2024-04-01',
  '2024-02-02-preview',
  '2023-10-15',
  '2023-08-15-preview',
  '2023-06-15-preview',
  '2023-03-15-preview',
  '2022-09-02-preview',
  '2022-07-02-preview',
  '2022-06-02-preview',
] as const;

/** Since when fleets have managed namespaces. */
export const managedNamespaceVersions = fleetVersions.slice(
  0,
  fleetVersions.indexOf('2025-08-01-preview') + 1,
);

/** Cluster mesh profiles have never left their previews. */
export const clusterMeshVersions = [
  '2026-06-02-preview',
  '2026-05-01-preview',
  '2026-03-02-preview',
] as const;

export const managedClusterVersions = [
  '2026-06-01',
  '2026-05-02-preview',
  '2026-05-01',
  '2026-04-01',
  '2026-03-01',
  '2026-02-01',
  '2026-01-01',
  '2025-10-01',
  '2025-09-01',
  '2025-08-01',
  '2025-07-01',
  '2025-05-01',
  '2025-04-01',
  '2025-03-01',
  '2025-02-01',
  '2025-01-01',
  '2024-10-01',
  '2024-09-01',
  '2024-08-01',
  '2024-07-01',
  '2024-05-01',
  '2024-02-01',
  '2024-01-01',
  '2023-11-01',
  '2023-10-01',
  '2023-08-01',
  '2023-05-01',
  '2023-01-01',
  '2022-09-01',
  '2022-04-01',
  '2021-05-01',
  '2020-11-01',
  '2019-11-01',
  '2019-02-01',
] as const;
