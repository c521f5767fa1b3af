export {
  groupVersionPath,
  type OpenApiV2,
  openApiV2,
  openApiV3,
  openApiV3Hash,
  openApiV3Index,
} from './documents.ts';
