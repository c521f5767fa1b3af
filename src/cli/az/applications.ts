/** Application ids that Azure's own clients and services use; public constants. */
export const applications = {
  azureCli: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  aksServer: '6dae42f8-4368-4678-94ff-3960e28e3630',
  arcServer: '6256c85f-0aad-4d50-b960-e6e9b21efe35',
  fleet: '609d2f62-527f-4451-bfd2-ac2c7850822c',
} as const;
