import { type ArmRoute, refusals, resourceManagerVersions } from '../../arm/index.ts';

/** Words that no name may be. Source: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-reserved-resource-name */
const reserved: ReadonlySet<string> = new Set(
  'access azure bing bizspark biztalk cortana directx dotnet dynamics excel exchange forefront groove hololens hyperv kinect lync msdn o365 office office365 onedrive onenote outlook powerpoint sharepoint skype visio visualstudio'.split(
    ' ',
  ),
);

/** Words that no name may hold. */
const reservedParts: readonly string[] = ['login', 'microsoft', 'windows', 'xbox'];

/** `checkResourceName`: whether a name is one that Azure keeps for itself. For whoever is signed in. */
export const checkResourceName: ArmRoute = {
  method: 'POST',
  path: '/providers/Microsoft.Resources/checkResourceName',
  apiVersions: resourceManagerVersions,
  lowestApiVersion: '2015-11-01',
  handle({ body }) {
    const { name, type } = body;
    if (typeof name !== 'string' || typeof type !== 'string' || name === '' || type === '') {
      throw refusals.invalidContent("The members 'name' and 'type' must be texts.");
    }
    const word = name.toLowerCase();
    const isReserved = reserved.has(word) || reservedParts.some((part) => word.includes(part));
    return { status: 200, body: { name, type, status: isReserved ? 'Reserved' : 'Allowed' } };
  },
};
