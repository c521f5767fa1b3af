/** The version of azure-cli whose manners these commands follow. */
export const compatibleVersion = '2.91.0';

/** What `az --version` prints. */
export function versionText(): string {
  return `drydock az (compatible with azure-cli ${compatibleVersion})\n`;
}

/** What `az version` prints: the keys scripts read, and the extensions whose commands are built in. */
export function versionDocument() {
  return {
    'azure-cli': compatibleVersion,
    'azure-cli-core': compatibleVersion,
    'azure-cli-telemetry': '1.1.0',
    extensions: {
      aksarc: '1.5.37',
      bastion: '1.4.2',
      connectedk8s: '1.11.0',
      customlocation: '0.1.4',
      fleet: '1.8.2',
      'stack-hci-vm': '1.3.0',
    },
  };
}
