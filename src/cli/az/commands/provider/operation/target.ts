export const operationsPath = '/providers/Microsoft.Authorization/providerOperations';
export const operationsVersion = '2018-01-01-preview';
