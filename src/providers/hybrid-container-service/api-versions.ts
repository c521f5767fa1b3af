/** Newest first; 2024-01-01-preview is the version that the REST how-to prints. */
export const hybridVersions = [
  '2026-04-01-preview',
  '2025-02-01-preview',
  '2024-09-01-preview',
  '2024-01-01',
  '2024-01-01-preview',
  '2023-11-15-preview',
] as const;

export const hybridNamespace = 'Microsoft.HybridContainerService';
