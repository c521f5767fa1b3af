export {
  groupVersionPath,
  openApiV2,
  openApiV3,
  openApiV3Hash,
  openApiV3Index,
  tellsOfGroups,
} from './documents.ts';
export { mergedSwagger, type OpenApiV2, swaggerPart } from './swagger.ts';
