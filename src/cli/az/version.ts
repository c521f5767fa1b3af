/** The version of azure-cli whose manners these commands follow. */
const compatibleVersion = '2.91.0';

/** What `az --version` prints. */
export function versionText(): string {
  const document = versionDocument();
  const row = (name: string, version: string) => `${name.padEnd(20)} ${version.padStart(20)}\n`;
  const extensions = Object.entries(document.extensions).map(([name, version]) => row(name, version));
  return [
    `${row('azure-cli', document['azure-cli'])}\n`,
    row('core', document['azure-cli-core']),
    row('telemetry', document['azure-cli-telemetry']),
    `\nExtensions:\n${extensions.join('')}\n`,
    'Drydock follows this version of azure-cli; nothing is looked up on the internet.\n',
  ].join('');
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
      'resource-graph': '2.1.1',
      'stack-hci-vm': '1.3.0',
    },
  };
}
